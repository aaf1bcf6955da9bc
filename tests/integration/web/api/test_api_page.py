"""The examples of docs/api.md run in their order, and answer what the page says."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.integration.web.api.client import token_for
from tests.integration.web.console import Site

PAGE = Path(__file__).parents[4] / "docs" / "api.md"
EXAMPLES = re.findall(r"^```sh\n(.*?)^```\n\n^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)


def lacking(said: Any, answered: Any, where: str = "") -> list[str]:
    """What the page says that the answer does not have."""
    if isinstance(said, dict) and isinstance(answered, dict):
        return [one for name, value in said.items() for one in lacking(value, answered.get(name), f"{where}.{name}")]
    if isinstance(said, list) and isinstance(answered, list) and len(said) == len(answered):
        return [one for place, value in enumerate(said) for one in lacking(value, answered[place], f"{where}[{place}]")]
    return [] if said == answered else [f"{where}: {answered!r}, not {said!r}"]


def test_the_examples_of_the_page_answer_what_it_says(page_site: Site) -> None:
    assert len(EXAMPLES) == PAGE.read_text("utf-8").count("```sh\n") >= 6
    shell = {"SIKPRO": page_site.url, "TOKEN": token_for(page_site, "rina"), "PATH": "/usr/bin:/bin", "no_proxy": "*"}
    for command, said in EXAMPLES:
        done = subprocess.run(["bash", "-c", command], env=shell, capture_output=True, text=True, check=True)
        assert lacking(json.loads(said), json.loads(done.stdout)) == [], command
