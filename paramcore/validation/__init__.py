"""Validate params: what the service would reject or silently ignore.

`validator` validates a project, its tasks and its updates.  A new finding has its
code in `finding`, and its check in one of these places:

- The form of one param: `schemas/*.json`, explained by `messages`.
- One value against another: `cross_checks`, `references`, `form_references`
  and `addresses`, over the helpers of `check_parts`.
- Accepted, and probably not meant: `lint`.
- The form of an update: `update_checks` and `update_names`.
- Names: `known_names` has those of a schema, `names` those that are confused.

`schema` loads the schemas, and `user_schema` checks those of a user.
`schema_rules` splits one into rules for each param, `completion` derives what a
project alone must satisfy, and `json_schema` runs the two validators with our
`keywords`.  `subschemas` walks through a schema, `patterns` compiles its regular
expressions, and `editor_schema` makes schemas of whole files.
"""

from paramcore.validation.finding import Finding
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["Finding", "Schemas", "Validator"]
