"""The words of the glossary: the catalogues and the names in the code use no others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sikpro.application.i18n import sentences

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")


def rows(after: str) -> Iterator[list[str]]:
    """The table below a sentence of the glossary, without its head."""
    table = GLOSSARY.split(after, 1)[1].strip().split("\n\n", 1)[0].splitlines()
    for line in table[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


TESTING = ROOT / "src" / "sikpro" / "testing"
"""What is made of tests has names like theirs."""

FORBIDDEN = [
    (language, word.strip(), better)
    for language, words, better in rows("In the sentences of the catalogues (`application/i18n`):")
    for word in words.split(",")
]
NAMES = {
    word.strip() for words, _ in rows("In names of the code (whole words of a name):") for word in words.split(",")
}


@pytest.mark.parametrize(("language", "word", "better"), FORBIDDEN)
def test_no_sentence_uses_a_word_that_the_glossary_replaces(language: str, word: str, better: str) -> None:
    pattern = re.compile(rf"\b{re.escape(word)}(?:nya)?\b", re.IGNORECASE)
    wrong = {code: text for code, text in sentences(language).items() if pattern.search(re.sub(r"\{\w+\}", "", text))}
    assert wrong == {}, f"say {better}"


def names_in(path: Path) -> Iterator[str]:
    """Every name that a module gives: functions, classes, arguments, variables, attributes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words_of(name: str) -> set[str]:
    """The words of a name: `LedgerRow` and `ledger_row` are ledger, row."""
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def test_no_name_uses_a_word_that_the_glossary_replaces() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "src").rglob("*.py")
        if TESTING not in path.parents
        for name in names_in(path)
        if words_of(name) & NAMES
    }
    assert sorted(wrong) == []


def test_the_glossary_s_names_are_in_the_code() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = [
        word
        for line in GLOSSARY.split("## Words that are not used")[0].splitlines()
        if line.startswith("|")
        for word in re.findall(r"`([\w.]+)`", line.split("|")[2])
    ]
    assert len(named) > 25
    assert [word for word in named if not all(part in code for part in word.split("."))] == []
