"""The environment variable `HYPOTHESIS_PROFILE` selects a Hypothesis profile: `dev`, `ci` or `deep`.

The default is `ci` if the variable `CI` is set, and `dev` otherwise.
"""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_addoption(parser):
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite snapshots and outputs of examples; an example with an unexpected exception still fails",
    )


# Hypothesis marks its tests in the same hook, so run this function last.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    # Coverage makes tests of many examples or large inputs much slower, so it measures only the other tests.
    for item in items:
        if item.get_closest_marker("slow") or item.get_closest_marker("hypothesis"):
            item.add_marker("no_cover")


def pytest_collection_finish():
    # `paramcore.cli.main` collects garbage if the exit code is not 0. `gc.freeze` makes the collector skip all objects
    # that exist now, so each collection during a test is fast.
    gc.collect()
    gc.freeze()
