"""What a script passes is held to the annotations of the library, before any store is asked: alike on each of them."""

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, wraps
from types import UnionType
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints, is_typeddict

import attrs
from typeguard import TypeCheckError, check_type

P = ParamSpec("P")
T = TypeVar("T")


def held(function: Callable[P, T], place: str = "") -> Callable[P, T]:
    """Return the function with its arguments checked; `place` is what errors call it, by default its name.

    It raises `TypeError` for a value of another type and for a name that no field has, `ValueError` for a time without
    a zone. Each names the argument.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        called = place or function.__name__
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as wrong:
            raise TypeError(f"{called}: {wrong}") from None
        for name, value in given.items():
            if name != "self":
                _check(called, value, signature.parameters[name], _hints(function)[name])
        return function(*args, **kwargs)

    return checked


def all_held(kind: type[T]) -> type[T]:
    """Hold the arguments of all public methods of a class."""
    return _hold(kind, "")


def held_as(group: str) -> Callable[[type[T]], type[T]]:
    """Return what holds the arguments of all public methods of a group, and of its call, by its name in a script."""
    return lambda kind: _hold(kind, group)


def _hold(kind: type[T], group: str) -> type[T]:
    for name, member in list(vars(kind).items()):
        if inspect.isfunction(member) and (name == "__call__" or not name.startswith("_")):
            setattr(kind, name, held(member, f"{group}.{name}" if group and name != "__call__" else group))
    return kind


@cache
def _hints(annotated: Any) -> dict[str, Any]:
    return get_type_hints(annotated)


def _check(place: str, value: Any, parameter: inspect.Parameter, hint: Any) -> None:
    if parameter.kind is parameter.VAR_POSITIONAL:
        for number, one in enumerate(value, 1):
            _is_a(f"{place}: {parameter.name} {number}", one, hint)
    elif parameter.kind is parameter.VAR_KEYWORD:
        known = next((one for one in get_args(hint) if is_typeddict(one)), None)
        hints = get_type_hints(known) if known else dict.fromkeys(value, hint)
        for name, one in value.items():
            if name not in hints:
                raise TypeError(f"{place}: there is no {name!r}; there are {', '.join(hints)}")
            _is_a(f"{place}: {name}", one, hints[name])
    else:
        _is_a(f"{place}: {parameter.name}", value, hint)


def _is_a(place: str, value: object, hint: Any) -> None:
    if getattr(hint, "_is_protocol", False):
        return
    try:
        check_type(value, hint)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{place}: {value} has no zone: add one, such as tzinfo=UTC")
        for name, part, expected in _parts(value):
            check_type(part, expected)
            if isinstance(part, datetime) and part.tzinfo is None:
                raise ValueError(f"{place}.{name}: {part} has no zone: add one, such as tzinfo=UTC")
    except TypeCheckError as error:
        kinds = ", ".join(getattr(one, "__name__", str(one)) for one in get_args(hint))
        several = isinstance(hint, UnionType)
        raise TypeError(f"{place}: {value!r:.60} is none of {kinds}" if several else f"{place}: {error}") from None


def _parts(value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the fields of a value of attrs, and those of its values."""
    kind: Any = type(value)
    if not attrs.has(kind):
        return
    hints = _hints(kind)
    for field in attrs.fields(kind):
        part = getattr(value, field.name)
        yield field.name, part, hints[field.name]
        for name, inner, expected in _parts(part):
            yield f"{field.name}.{name}", inner, expected
