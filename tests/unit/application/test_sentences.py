"""Both languages say the same things, with the same blanks to fill in."""

import re
import string
from pathlib import Path

import pytest

import sikpro.application
from sikpro.application.i18n import LANGUAGES, sentences, words_in
from sikpro.domain.errors import DomainError, InvalidValue
from tests.unit.chat import ZONE

SOURCES = Path(sikpro.application.__file__).parent.parent


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


SEVERAL = "orders|rows|technicians|chats|numbers|messages|reasons|notes|STOs|ODPs|groups"


def base(code: str) -> str:
    """The code of a sentence for one thing without its ending: a language has such sentences where it needs them."""
    many = code.removesuffix(".one")
    return many if many in sentences("en") else code


def test_both_languages_have_the_same_codes() -> None:
    assert set(map(base, sentences("id"))) == set(map(base, sentences("en")))


def test_both_languages_have_the_same_blanks_to_fill_in() -> None:
    every = [(code, text) for language in LANGUAGES for code, text in sentences(language).items()]
    assert [code for code, text in every if blanks(text) != blanks(sentences("en")[base(code)])] == []


def test_one_thing_is_never_counted_in_the_plural() -> None:
    english = sentences("en")
    counted = re.compile(rf"\{{count\}} (?:(?!of )\w+ )*?(?:{SEVERAL})\b")
    several = {code for code, text in english.items() if base(code) == code and counted.search(text)}
    more_than_a_sheet_holds = {"excel.goes_on"}
    assert {code for code in several if f"{code}.one" not in english} == more_than_a_sheet_holds
    words = words_in("en", ZONE)
    assert [words("queue.total", count=count) for count in (0, 1, "1", 11)] == [
        *("0 orders", "1 order", "1 order", "11 orders")
    ]
    assert words_in("id", ZONE)("queue.total", count=1) == "1 order"


def test_every_sentence_is_said_in_both_languages() -> None:
    assert [code for language in LANGUAGES for code, text in sentences(language).items() if not text.strip()] == []


def test_a_code_without_a_sentence_raises() -> None:
    with pytest.raises(LookupError, match=r"no\.such\.code"):
        words_in("id", ZONE)("no.such.code")


def test_a_blank_that_is_not_filled_in_raises() -> None:
    with pytest.raises(LookupError):
        words_in("id", ZONE)("card.place")


def test_text_of_people_is_never_taken_for_a_blank() -> None:
    assert words_in("en", ZONE)("feedback.words", by="{time}", text="{0} %s") == '{time}: "{0} %s"'


def test_every_code_that_the_source_names_has_a_sentence() -> None:
    named = re.compile(r'words\(\s*"([a-z_]+(?:\.[a-z_]+)+)"')
    missing = {
        code
        for path in SOURCES.rglob("*.py")
        for code in named.findall(path.read_text("utf-8"))
        if code not in sentences("id")
    }
    assert missing == set()


def test_every_error_of_the_domain_has_a_sentence() -> None:
    invalid = re.compile(r'InvalidValue\(\s*"([a-z_.]+)"')
    codes = {code for path in SOURCES.rglob("*.py") for code in invalid.findall(path.read_text("utf-8"))}
    own = [kind for kind in DomainError.__subclasses__() if kind.__module__.startswith("sikpro.")]
    codes |= {kind.code for kind in own if kind is not InvalidValue}
    codes |= {"serial.shape", "serial.length", "type.unknown", "sto.unknown"}
    assert {code for code in codes if f"error.{code}" not in sentences("id")} == set()
