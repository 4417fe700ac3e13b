"""Find what the service would reject or silently ignore in params.

`validator` validates a project, its tasks and its updates.  `error_finder` finds the
first error in a task of any project.  To add a finding, add its code to `finding`, and
its check to one of these modules:

- `schemas/*.json` describe the form of each param.  `messages` and `schema_errors`
  convert the errors of jsonschema to findings.
- `cross_checks`, `references`, `form_references` and `addresses` check rules that JSON
  Schema cannot express.  `check_parts` contains their helpers.
- `lint` finds values that the service accepts, but that are probably mistakes.
- `update_checks` and `update_names` check the form of an update.  `misspellings` recognizes
  misspelt words for them.
- `known_names` finds names that a schema lacks.  `names` finds misplaced names, and
  suggests the most similar known name.

`schema` loads the schemas, and `user_schema` checks the schemas of users.
`schema_rules` splits a schema into rules for each param.  `completion` derives rules for
a project, whose tasks may add params.  `json_schema` runs jsonschema and jsonschema-rs,
and `keywords` implements the keywords that this package adds or changes.  `subschemas`
walks through a schema, and `patterns` compiles its regular expressions.  `editor_schema`
makes schemas for editors.
"""

from paramcore.validation.error_finder import make_error_finder
from paramcore.validation.finding import Finding
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["Finding", "Schemas", "Validator", "make_error_finder"]
