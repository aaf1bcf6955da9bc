"""What errors promise: they say themselves in either language, and never change after they are made."""

import inspect

import pytest

from sikpro.domain import errors
from sikpro.domain.errors import AlreadyTaken, DomainError, InvalidFields, InvalidValue
from sikpro.domain.values import SerialNumber

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DomainError)]


def refused() -> DomainError:
    with pytest.raises(DomainError) as raised:
        SerialNumber.parse("ZTEG")
    return raised.value


def test_an_error_is_a_sentence_in_english_for_whoever_prints_it() -> None:
    assert str(refused()) == refused().text("en")
    assert str(refused()).startswith("A modem serial has 12 characters")


def test_an_error_says_itself_in_indonesian_too() -> None:
    assert refused().text("id").startswith("SN modem harus 12 karakter")


def test_an_error_of_somebody_s_own_says_its_code_and_values() -> None:
    assert str(DomainError("my_shop.closed", until="Monday")) == "my_shop.closed {'until': 'Monday'}"


def test_what_an_error_says_cannot_be_changed_afterwards() -> None:
    fields = {"serial": InvalidValue("serial.length", "Z")}
    wrong = InvalidFields(fields)
    fields.clear()
    assert list(wrong.errors) == ["serial"]
    taken = AlreadyTaken("SC32232558", 7)
    for name in ("code", "params", "holder", "number", "name"):
        with pytest.raises(AttributeError):
            setattr(taken, name, "other")
    with pytest.raises(TypeError):
        taken.params["name"] = "Rina"  # type: ignore[index]  # the test tries what the types forbid


def test_who_has_the_order_is_said_by_another_error() -> None:
    taken = AlreadyTaken("SC32232558", 7)
    assert "Rina" in str(taken.named("Rina"))
    assert "Rina" not in str(taken)
    assert taken.named("Rina").holder == 7


def test_an_error_keeps_what_python_adds_to_it() -> None:
    error = refused()
    error.add_note("row 7")
    assert error.__traceback__ is not None
    assert error.__notes__ == ["row 7"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_error_sets_itself_up_by_hand(kind: type[DomainError]) -> None:
    assert kind.__setattr__ is DomainError.__setattr__
