"""Validate params: what the service would reject or silently ignore."""

from paramcore.validation.finding import Finding
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["Finding", "Schemas", "Validator"]
