"""What errors promise: they say themselves in either language, and never change after they are made."""

import inspect
import pickle
from collections.abc import Callable
from copy import copy, deepcopy

import pytest

from sikpro.domain import errors
from sikpro.domain.errors import AlreadyTaken, DomainError, DuplicateOrder, InvalidFields, InvalidValue, NotPermitted
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
    for name in ("code", "params", "holder", "number", "args"):
        with pytest.raises(AttributeError):
            setattr(taken, name, "other")
        with pytest.raises(AttributeError):
            delattr(taken, name)
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


class ShopClosed(DomainError):
    """A program's own error, which keeps what it is given as programs do."""

    code = "my_shop.closed"

    def __init__(self, until: str) -> None:
        super().__init__(until=until)
        self.until = until


def test_a_program_s_own_error_may_keep_what_it_is_given() -> None:
    closed = ShopClosed("Monday")
    assert (closed.until, closed.code, dict(closed.params)) == ("Monday", "my_shop.closed", {"until": "Monday"})
    with pytest.raises(AttributeError):
        closed.until = "Tuesday"


@pytest.mark.parametrize("again", [copy, deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize(
    "error",
    [
        AlreadyTaken("SC32232558", 7, "Rina"),
        InvalidValue("serial.length", "ZTEG", None),
        InvalidFields({"serial": InvalidValue("serial.length", "ZTEG")}),
        DuplicateOrder("SC32232558", 3),
        ShopClosed("Monday"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(
    error: DomainError, again: Callable[[DomainError], DomainError]
) -> None:
    there = again(error)
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert {name: repr(value) for name, value in vars(there).items()} == {
        name: repr(value) for name, value in vars(error).items()
    }
    with pytest.raises(TypeError):
        there.params["typed"] = "other"  # type: ignore[index]  # the test tries what the types forbid


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_error_sets_itself_up_by_hand(kind: type[DomainError]) -> None:
    assert kind.__setattr__ is DomainError.__setattr__


def test_what_an_error_holds_cannot_be_deleted() -> None:
    error = refused()
    with pytest.raises(AttributeError, match="an error is a value: params cannot be deleted"):
        del error.params


def test_a_refusal_keeps_what_is_lacking_when_it_names_the_person() -> None:
    refused = NotPermitted(permission="work")
    named = refused.named("Rina", "helpdesk")
    assert (type(named), named.code, dict(named.params)) == (
        NotPermitted,
        "not_permitted",
        {"permission": "work", "who": "Rina", "role": "helpdesk"},
    )
    assert dict(refused.params) == {"permission": "work"}
