"""A whole order as JSON values, for states that are kept beside the orders."""

from datetime import timedelta
from typing import Any

from cattrs.preconf.json import make_converter

from sikpro.domain.order import Order

_MICROSECOND = timedelta(microseconds=1)

_converter = make_converter()
_converter.register_unstructure_hook(timedelta, lambda span: span // _MICROSECOND)
_converter.register_structure_hook(timedelta, lambda number, _: timedelta(microseconds=number))


def order_to_json(order: Order) -> dict[str, Any]:
    """Return the order as JSON values."""
    values: dict[str, Any] = _converter.unstructure(order)
    return values


def order_from_json(values: Any) -> Order:
    """Return the order from JSON values."""
    return _converter.structure(values, Order)
