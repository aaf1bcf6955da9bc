"""The reader of messages: the corpus is read right, and nothing is stored that was not written."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.application.conversation.reader.clean_text import clean
from sikpro.application.conversation.reader.dictionary import LABELS, Role
from sikpro.application.conversation.reader.read_message import read_message
from sikpro.domain.text import compact
from sikpro.domain.values import SerialNumber
from tests.reader.corpus import SECOND, THIRD, Ask, Stored, load
from tests.reader.judge import Judged, Verdict, judge, known_in

CORPUS = load()
KNOWN = known_in(CORPUS.world)
JUDGED = judge(CORPUS)
SECOND_JUDGED = judge(load(SECOND.read_text("utf-8")))
THIRD_JUDGED = judge(load(THIRD.read_text("utf-8")))
ALL_JUDGED = [*JUDGED, *SECOND_JUDGED, *THIRD_JUDGED]
CERTAIN = [
    one.message.text for one in JUDGED if isinstance(one.message.answer, Stored) and one.verdict is Verdict.RIGHT
]
LABELLED = [
    text
    for text in CERTAIN
    if len(text.split("\n")) >= 5 and all(re.match(r"[A-Za-z ./]{2,20}:", line) for line in text.split("\n"))
]


def stored(text: str) -> list[dict[str, str]]:
    """What a message stores without a question."""
    return [dict(order.certain) for order in read_message(text, KNOWN).orders if order.is_certain]


def test_nothing_in_the_corpus_is_stored_wrong_without_a_question() -> None:
    assert [one.message.text for one in ALL_JUDGED if one.verdict is Verdict.WRONG_AND_SILENT] == []


def test_no_draft_of_the_corpus_holds_a_wrong_value() -> None:
    assert [one.message.text for one in ALL_JUDGED if one.verdict is Verdict.WRONG_IN_DRAFT] == []


@pytest.mark.parametrize(
    "judged", [JUDGED, SECOND_JUDGED, THIRD_JUDGED], ids=["corpus", "second corpus", "third corpus"]
)
def test_97_percent_are_read_right_and_two_percent_at_most_asked_without_need(judged: list[Judged]) -> None:
    right = sum(one.verdict is Verdict.RIGHT for one in judged)
    asked = sum(one.verdict is Verdict.ASKED_WITHOUT_NEED for one in judged)
    assert right >= 0.97 * len(judged)
    assert asked <= 0.02 * len(judged)


def test_two_questions_an_order_are_enough_in_95_percent_of_the_corpus() -> None:
    orders = [order for one in JUDGED if isinstance(one.message.answer, Stored | Ask) for order in one.reading.orders]
    few = [order for order in orders if len(order.doubts) <= 2]
    assert len(few) >= 0.95 * len(orders)


def is_written(text: str, name: str, value: str) -> bool:
    """Whether a value's characters stand side by side in a message, but for blanks, dots, hyphens and slashes."""
    written = compact(clean(text).text, " .-/:\n\t")
    forms = [compact(value, " .-/")]
    if name == "serial":
        forms.append(SerialNumber.parse(value).hexadecimal)
    if name == "registration_number":
        forms.append(value.removeprefix("SC"))
    return any(form in written for form in forms)


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A message of the corpus, or pieces of two, with characters lost, doubled, changed and moved."""
    text = draw(st.sampled_from(CORPUS.messages)).text
    if draw(st.booleans()):
        other = draw(st.sampled_from(CORPUS.messages)).text
        text = draw(st.sampled_from([text + "\n" + other, text + " " + other, text[: len(text) // 2] + other]))
    characters = list(text)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(len(characters) - 1, 0)))
        change = draw(st.sampled_from(["lose", "double", "change", "blank", "break"]))
        match change:
            case "lose":
                del characters[place : place + 1]
            case "double":
                characters[place:place] = characters[place : place + 1]
            case "change":
                characters[place : place + 1] = [draw(st.sampled_from("0OIl5S/#-: .,A8"))]
            case "blank":
                characters.insert(place, " ")
            case _:
                characters.insert(place, "\n")
    return "".join(characters)


@given(mangled())
def test_no_mangled_message_stores_a_value_that_is_not_written_in_it(text: str) -> None:
    for order in stored(text):
        for name, value in order.items():
            assert is_written(text, name, value), (name, value)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_message(text, KNOWN)


FOREIGN = sorted(spelling for spelling, label in LABELS.items() if label.role is Role.ID)


@given(st.sampled_from(CERTAIN), st.sampled_from(FOREIGN), st.integers(10**5, 10**13), st.booleans(), st.booleans())
def test_a_line_with_the_number_of_another_system_changes_nothing_that_is_stored(
    text: str, label: str, number: int, first: bool, colon: bool
) -> None:
    line = f"{label} : {number}" if colon else f"{label} {number}"
    assert stored(f"{line}\n{text}" if first else f"{text}\n{line}") == stored(text)


@given(st.sampled_from(LABELLED), st.randoms(use_true_random=False))
def test_the_order_of_labelled_lines_does_not_matter(text: str, chance: random.Random) -> None:
    lines = text.split("\n")
    chance.shuffle(lines)
    assert stored("\n".join(lines)) == stored(text)


@pytest.mark.parametrize("text", ["", "   ", "#", "\n\n", "📌", "/reg"])
def test_a_message_without_a_word_is_read_too(text: str) -> None:
    reading = read_message(text, KNOWN)
    assert all(not order.is_certain for order in reading.orders)


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ('#=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        ("#+62812 hubungi", "+62812 hubungi"),
        (" @budi tolong", "@budi tolong"),
        ("\nKET=rumah", "rumah"),
        ("\n<b>rumah</b> (pagar)", "<b>rumah</b> (pagar)"),
    ],
)
def test_the_note_begins_and_ends_with_the_signs_that_were_typed(typed: str, note: str) -> None:
    (order,) = read_message(f"AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445{typed}", KNOWN).orders
    assert order.rest == note
