"""What a test needs of the machine: skipped where it is missing, failed where nothing may be missing."""

import os

import pytest

STRICT = "SIKPRO_TESTS_STRICT"


def need(met: object, how_to_get_it: str) -> None:
    """Skip the running test unless `met`; with SIKPRO_TESTS_STRICT=1 fail it, so that nothing is passed over."""
    if met:
        return
    if os.environ.get(STRICT, "") not in ("", "0"):
        pytest.fail(f"needed ({STRICT} is set): {how_to_get_it}", pytrace=False)
    pytest.skip(how_to_get_it)
