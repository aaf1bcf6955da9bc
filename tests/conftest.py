"""What every test shares: the plugins with our fixtures, and how long Hypothesis looks."""

import os

from hypothesis import settings

pytest_plugins = ["tests.integration.postgres", "tests.integration.browser"]

settings.register_profile("default", max_examples=50, deadline=None)
# A build must not break over a chance find: it looks further, but always at the same examples.
settings.register_profile("ci", max_examples=400, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("SIKPRO_TESTS_PROFILE", "default"))
