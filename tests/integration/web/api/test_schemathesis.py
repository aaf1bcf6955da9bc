"""What schemathesis finds in the API: nothing. It makes requests from the description, good and bad ones."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.web.api.client import token_for
from tests.integration.web.api.test_description import fill
from tests.integration.web.console import Site

EXAMPLES = 40
"""The most requests of each kind for each operation."""

NOT_OURS = "positive_data_acceptance,use_after_free"
"""What it would have otherwise: whatever has the right form is accepted (but an order that is taken is not taken
again), and what was deleted is gone (but an admin sees it, and restores it)."""


@pytest.mark.audit
@pytest.mark.parametrize("username", ["bagus", "admin"])
def test_schemathesis_finds_nothing(page_site: Site, tmp_path: Path, username: str) -> None:
    fill(page_site)
    page_site.clock.pace = timedelta(seconds=1)  # the limit of a minute is not what this is about
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{page_site.url}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {token_for(page_site, username)}"),
        *("--max-examples", str(EXAMPLES), "--generation-deterministic", "--exclude-checks", NOT_OURS, "--no-color"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
