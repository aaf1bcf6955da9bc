"""What a script reads when a call is refused, and what `help()` tells of the words it compares with."""

import pydoc
from collections.abc import Callable
from enum import EnumType

import pytest

import sikpro
from tests.unit.library.conftest import MESSAGE, Office

WRONG = MESSAGE.replace("C6754546", "C67S4546").replace("SC32232558", "SC32232570")


def test_wrong_fields_say_what_is_wrong_with_each_in_both_languages(office: Office) -> None:
    with pytest.raises(sikpro.InvalidFields) as refused:
        office.script.register(WRONG)
    error = refused.value
    assert list(error.fields) == list(error.errors) == ["serial"]
    assert "ZTEGC6754546" in error.fields["serial"]
    assert str(error).splitlines() == ["Check again: serial.", f"serial: {error.fields['serial']}"]
    assert error.text("id").splitlines()[0] == "Periksa lagi: serial."
    assert error.text("id").splitlines()[1] == f"serial: {error.errors['serial'].text('id')}"


def test_every_refusal_is_a_sentence_in_both_languages(office: Office) -> None:
    app, said = office.script, []
    calls: tuple[Callable[[], object], ...] = (
        lambda: app.register(MESSAGE),
        lambda: app.order("SC1"),
        lambda: app.reopen("SC32232558", reason="x"),
        lambda: app.change_status("SC32232558", "batal"),
        lambda: office.sari.take("SC32232558"),
    )
    for refused in calls:
        with pytest.raises(sikpro.DomainError) as error:
            refused()
        said.append((str(error.value), error.value.text("id")))
    assert all(english.endswith(".") and english.count(" ") > 1 and english != own for english, own in said), said


@pytest.mark.parametrize("name", [one for one in sikpro.__all__ if isinstance(getattr(sikpro, one), EnumType)])
def test_help_tells_the_members_and_the_questions_of_a_word(name: str) -> None:
    kind = getattr(sikpro, name)
    told = pydoc.plain(pydoc.render_doc(kind)).replace("`", " ")
    own = [one for one, member in vars(kind).items() if isinstance(member, property) and not one.startswith("_")]
    assert [one for one in [*kind.__members__, *own] if f" {one} " not in told] == []
