"""`SchemaRules` caches the rules of a param by the name of the param."""

from paramcore.validation.schema import Schemas
from paramcore.validation.schema_rules import SchemaRules


def test_the_cache_is_bounded():
    """The cache does not exceed its limit, even for many different names, and each unknown name is still reported."""
    rules = SchemaRules(Schemas().of("imageannotation"), fast=False)
    for number in range(4_200):
        findings = rules.validate_each({"attachment": "a", f"n{number}": 1})
        assert [finding.pointer for finding in findings] == [f"/n{number}"]
    cached = rules.cached_param_rules.cache_info()
    assert cached.currsize == 4_096
    # A long name is not cached.
    assert rules.validate_each({"n" * 300: 1})
    assert rules.cached_param_rules.cache_info() == cached
