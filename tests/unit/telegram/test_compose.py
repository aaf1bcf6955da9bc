"""What is sent, in the Bot API's words."""

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.adapters.simulator import texts
from sikpro.adapters.telegram import addressing, client, compose, translate
from sikpro.adapters.telegram.compose import document_parameters, message_parameters
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.workers import backoff


@pytest.mark.parametrize("module", [addressing, backoff, client, compose, translate, texts])
def test_the_examples_in_the_documentation_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert (results.failed, results.attempted > 0) == (0, True)


@given(text=st.text(max_size=60), limit=st.integers(1, 40))
def test_a_cut_text_fits_and_is_a_beginning_with_an_ellipsis(text: str, limit: int) -> None:
    cut = compose.cut(text, limit)
    assert compose.units(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_message_is_plain_without_preview_and_without_what_it_does_not_have() -> None:
    assert compose.message_parameters(Outgoing(chat_id=7, text="halo")) == {
        "chat_id": 7,
        "text": "halo",
        "link_preview_options": {"is_disabled": True},
    }


def test_a_message_names_its_topic_and_never_general() -> None:
    named = [message_parameters(Outgoing(chat_id=-7, text="a", topic=topic)) for topic in (12, 1, None)]
    assert [one.get("message_thread_id") for one in named] == [12, None, None]
    assert document_parameters(Outgoing(chat_id=-7, text="a", topic=12))["message_thread_id"] == "12"


def test_a_phone_button_makes_the_others_plain_keys() -> None:
    markup = compose.keyboard([[Button("Nomor", asks_phone=True), Button("Batal", "b")], []], drop=True)
    assert markup == {
        "keyboard": [[{"text": "Nomor", "request_contact": True}, {"text": "Batal"}]],
        "one_time_keyboard": True,
        "resize_keyboard": True,
    }
