"""The corpus of messages is itself right: complete, without contradiction, and every stored value was typed."""

import re
from collections.abc import Callable

import cattrs
import pytest

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import plain
from sikpro.domain.values import RegistrationNumber, SerialNumber, StoCode, TechnicianCode
from tests.reader.corpus import CORPUS, FIELDS, About, Ask, Message, Stored, count_by_kind, load, words

corpus = load()
WORLD = corpus.world
KNOWN = {order.number for order in WORLD.orders}
_PARSERS: dict[str, Callable[[str], object]] = {
    "registration_number": RegistrationNumber.parse,
    "serial": SerialNumber.parse,
    "sto": StoCode.parse,
    "technician": TechnicianCode.parse,
}
_ODP = re.compile(r"ODP-([A-Z]{3})-(?:[A-Z0-9]{1,8}/)?[0-9]{1,5}\Z")


def certain(message: Message) -> list[dict[str, str]]:
    """The values that a message's answer takes as certain, one mapping for each order."""
    match message.answer:
        case Stored(orders):
            return [order.values for order in orders]
        case Ask(understood=understood):
            return [dict(understood)]
        case About(changes=changes):
            return [dict(changes)]
        case _:
            return []


def notes(message: Message) -> list[str]:
    match message.answer:
        case Stored(orders):
            return [order.note for order in orders]
        case Ask(note=note):
            return [note]
        case _:
            return []


def is_stored_form(name: str, value: str) -> bool:
    """Whether a field could hold this value."""
    try:
        if name in _PARSERS:
            return str(_PARSERS[name](value)) == value
    except InvalidValue:
        return False
    return {
        "type": value in WORLD.types,
        "odp": bool(_ODP.match(value)),
        "port": value.isdecimal(),
    }[name]


def is_typed(name: str, value: str, text: str) -> bool:
    """Whether the text has the value in one piece, with at most blanks and small signs between its characters."""
    written = [value]
    if name == "serial":
        written.append(SerialNumber.parse(value).hexadecimal)
    end = "" if name == "type" else "(?![A-Z0-9])"  # a type may be glued to the number
    patterns = (r"[ .:/-]*".join(filter(str.isalnum, one)) + end for one in written)
    return any(re.search(pattern, plain(text).upper()) for pattern in patterns)


def is_part(some: list[str], every: list[str]) -> bool:
    """Whether the words stand in the other list in this order."""
    rest = iter(every)
    return all(word in rest for word in some)


def test_there_are_enough_messages_of_every_kind() -> None:
    counts = count_by_kind(corpus)
    assert set(counts) == set(corpus.kinds)
    assert sum(counts.values()) >= 360
    assert counts["plain"] >= 80
    assert {kind: count for kind, count in counts.items() if count < 12} == {}


@pytest.mark.parametrize("answers", ["", "social = 'thanks'\nother = 'chatter'"])
def test_a_message_without_exactly_one_answer_is_refused(answers: str) -> None:
    with pytest.raises(ValueError, match="answers"):
        load(f"{CORPUS.read_text('utf-8')}\n[[message]]\nkind = 'social'\ntext = 'x'\n{answers}")


@pytest.mark.parametrize("answer", ["social = 'sulk'", "about = { number = 'SC43000001', intent = 'x' }", "oder = {}"])
def test_an_answer_that_nobody_defined_is_refused(answer: str) -> None:
    with pytest.raises(cattrs.BaseValidationError):
        load(f"{CORPUS.read_text('utf-8')}\n[[message]]\nkind = 'social'\ntext = 'x'\n{answer}")


def test_no_message_is_in_it_twice() -> None:
    texts = [" ".join(message.text.split()).upper() for message in corpus.messages]
    assert [text for text in set(texts) if texts.count(text) > 1] == []


def test_every_stored_order_is_complete_and_its_values_belong_together() -> None:
    for message in corpus.messages:
        if isinstance(message.answer, Stored):
            for order in message.answer.orders:
                assert all(order.values[name] for name in FIELDS), message.text
                assert order.sto in WORLD.stos, message.text
                assert order.technician in WORLD.technicians, message.text
                assert order.odp.split("-")[1] == order.sto, message.text
                assert order.registration_number not in KNOWN, message.text


def test_two_orders_of_one_message_are_two() -> None:
    for message in corpus.messages:
        if isinstance(message.answer, Stored):
            numbers = [order.registration_number for order in message.answer.orders]
            assert len(numbers) == len(set(numbers)), message.text


def test_every_value_is_in_stored_form() -> None:
    wrong = [
        (message.text, name, value)
        for message in corpus.messages
        for values in certain(message)
        for name, value in values.items()
        if not is_stored_form(name, value)
    ]
    assert wrong == []


def test_every_value_was_typed_in_one_piece() -> None:
    wrong = [
        (message.text, name, value)
        for message in corpus.messages
        for values in certain(message)
        for name, value in values.items()
        if not is_typed(name, value, message.text) and not (name == "technician" and value == WORLD.sender)
    ]
    assert wrong == []


def test_nobody_but_the_sender_becomes_the_technician_unnamed() -> None:
    for message in corpus.messages:
        codes = [code for code in WORLD.technicians if is_typed("technician", code, message.text)]
        if isinstance(message.answer, Stored):
            for order in message.answer.orders:
                assert order.technician in (codes or [WORLD.sender]), message.text
        elif isinstance(message.answer, Ask):
            assert "technician" not in message.answer.missing, message.text
            assert bool(codes) == ("technician" in message.answer.understood) or (
                "technician" in message.answer.doubts
            ), message.text


def test_a_question_leaves_no_field_out_and_names_none_twice() -> None:
    for message in corpus.messages:
        if isinstance(message.answer, Ask):
            ask = message.answer
            named = [*ask.understood, *ask.doubts, *ask.missing]
            assert len(named) == len(set(named)), message.text
            assert set(FIELDS) - {"technician"} <= set(named) <= {*FIELDS, "port"}, message.text
            assert ask.asked, message.text


def test_every_offered_reading_is_in_stored_form_and_has_a_known_maker_or_owner() -> None:
    for message in corpus.messages:
        if isinstance(message.answer, Ask):
            for name, readings in message.answer.doubts.items():
                for reading in readings:
                    assert is_stored_form(name, reading), message.text
                    assert name != "serial" or reading[:4] in WORLD.makers, message.text
                    assert name != "technician" or reading in WORLD.technicians, message.text
                    assert name != "sto" or reading in WORLD.stos, message.text


def test_an_unknown_maker_is_stored_only_behind_a_label() -> None:
    for message in corpus.messages:
        for serial in (values.get("serial", "ZTEG") for values in certain(message)):
            labelled = re.search(rf"\bS/?N\b[ :]*{serial[:4]}", message.text.upper())
            assert serial[:4] in WORLD.makers or labelled, message.text


def test_words_about_an_order_name_it_or_reply_to_it() -> None:
    for message in corpus.messages:
        if isinstance(message.answer, About):
            about = message.answer
            digits = about.number.removeprefix("SC")
            assert message.reply_to == about.number or is_typed("number", digits, message.text), message.text
            assert about.number in KNOWN or about.intent == "status", message.text
            assert bool(about.changes) == (about.intent == "correction"), message.text
            assert message.reply_to is None or message.reply_to in KNOWN, message.text


def test_every_word_of_a_note_was_typed_in_its_place() -> None:
    wrong = [
        (message.text, note)
        for message in corpus.messages
        for note in notes(message)
        if not is_part(words(note), words(message.text))
    ]
    assert wrong == []
