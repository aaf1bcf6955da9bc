"""What every test shares: the plugins with our fixtures, how long Hypothesis looks, how many run at once."""

import os

import pytest
from hypothesis import Phase, settings

pytest_plugins = ["tests.integration.postgres", "tests.integration.browser", "tests.integration.s3"]

settings.register_profile("default", max_examples=50, deadline=None)
# A build must not break over a chance find: it looks further, but always at the same examples.
settings.register_profile("ci", max_examples=400, deadline=None, derandomize=True, print_blob=True)
# Thousands of faults are tried one by one: few examples, and a find is enough as it is.
settings.register_profile(
    "mutants", max_examples=20, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("SIKPRO_TESTS_PROFILE", "default"))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist the tests run one by one
def pytest_xdist_auto_num_workers() -> int:
    """A process for each processor, four at most: each has a browser and a PostgreSQL of its own."""
    return min(os.cpu_count() or 1, 4)
