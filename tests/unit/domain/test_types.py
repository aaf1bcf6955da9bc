"""The domain says what each value is: no `Any`, and nothing of the layers above it."""

import ast
from pathlib import Path

import pytest

import sikpro.domain

MODULES = sorted(Path(sikpro.domain.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_value_of_the_domain_may_be_anything(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"]
