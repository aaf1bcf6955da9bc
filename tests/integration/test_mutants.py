"""The unit tests notice faults: a sample of those that `make mutants` tries, judged by `tests/mutation/places.py`."""

import subprocess
import sys

import pytest

from tests.mutation.places import ROOT


@pytest.mark.audit
def test_of_a_sample_of_faults_no_more_survive_than_may() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--sample"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
