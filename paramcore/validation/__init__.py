"""Find what the service would reject or silently ignore in params.

`validator` validates a project, its tasks and its updates.  To add a finding, add
its code to `finding`, and its check to one of these modules:

- The form of one param: `schemas/*.json`; `messages` has the sentences.
- One value against another: `cross_checks`, `references`, `form_references` and
  `addresses`, with the helpers of `check_parts`.
- Values that the service accepts, but that are probably a mistake: `lint`.
- The form of an update: `update_checks` and `update_names`.
- Names: `known_names` for the names in a schema, `names` for misplaced names.

`schema` loads the schemas, and `user_schema` checks the schemas of users.
`schema_rules` splits a schema into rules for each param.  `completion` derives
the rules for a project without its tasks.  `json_schema` runs the two validators
with the `keywords` of this package.  `subschemas` walks through a schema,
`patterns` compiles its regular expressions, and `editor_schema` makes schemas of
whole files.
"""

from paramcore.validation.finding import Finding
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["Finding", "Schemas", "Validator"]
