"""What the service would refuse or silently ignore: `Validator`, `Schemas` and `Finding`."""

from paramcore.validation.finding import Finding
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["Finding", "Schemas", "Validator"]
