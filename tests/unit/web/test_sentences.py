"""The templates say nothing that is not in both catalogues, and nothing the policy forbids."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sikpro.adapters.web.site import engine
from sikpro.application.i18n import LANGUAGES, sentences

ROOT = Path(engine.__file__).parents[1]
TEMPLATES = sorted(engine.TEMPLATES.rglob("*.html"))
SAID = re.compile(r"""\b(?:t|words)\(\s*["']([\w.-]+)["']\s*([~),])""")
SAID_IN_CODE = re.compile(r"""\bwords\(\s*f?["']([\w.{}-]+)["']""")


def codes() -> Iterator[tuple[str, bool]]:
    """Every code named in templates and controllers, and whether it is only a sentence's beginning."""
    for path in TEMPLATES:
        for code, after in SAID.findall(path.read_text(encoding="utf-8")):
            yield code, after == "~"
    for path in ROOT.rglob("*.py"):
        for code in SAID_IN_CODE.findall(path.read_text(encoding="utf-8")):
            yield code.partition("{")[0], "{" in code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_a_page_says_is_in_the_catalogue(language: str) -> None:
    known = sentences(language)
    missing = {
        code
        for code, begins in codes()
        if not (any(other.startswith(code) for other in known) if begins else code in known)
    }
    assert not missing


@pytest.mark.parametrize("code", ["toast.", "queue.view.", "queue.empty.", "http.", "delivery.", "nav.", "mark."])
def test_both_languages_have_the_same_sentences(code: str) -> None:
    indonesian, english = ({key for key in sentences(one) if key.startswith(code)} for one in LANGUAGES)
    singulars = {f"{key}.one" for key in indonesian}  # Indonesian counts without a plural
    assert indonesian == english - (singulars - indonesian)
    assert indonesian


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(engine.TEMPLATES).as_posix())
def test_a_template_has_nothing_that_the_policy_forbids(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|https?://(?!www\.w3\.org)|hx-on|\|\s*safe\b", text)
    assert not re.search(r"<script(?![^>]* src=)", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(engine.TEMPLATES).as_posix())
def test_a_form_that_acts_brings_its_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    once = "{% set token = csrf() %}" in text
    for form in re.findall(r"<form[^>]*method=.post.*?</form>", text, re.DOTALL):
        assert "csrf()" in form or (once and "{{ token }}" in form), form


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(engine.TEMPLATES).as_posix())
def test_a_template_can_be_understood(path: Path) -> None:
    engine.environment().get_template(path.relative_to(engine.TEMPLATES).as_posix())
