"""Registration numbers and boxes as people type them, by the installation's patterns."""

from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import InvalidValue
from sikpro.domain.patterns import Patterns
from sikpro.domain.text import compact, one_line
from sikpro.domain.values import OdpName, RegistrationNumber


def patterns_of(uow: UnitOfWork) -> Patterns:
    """Return the installation's patterns."""
    return uow.installation.get().patterns


def number_typed(uow: UnitOfWork, text: str) -> RegistrationNumber:
    """Parse a registration number. The number of an order that is there stays valid when the patterns change.

    Raises `InvalidValue`.
    """
    try:
        return RegistrationNumber.parse(text, patterns_of(uow))
    except InvalidValue:
        value = compact(text)
        if value and uow.orders.find(value):
            return RegistrationNumber(value, text)
        raise


def box_typed(uow: UnitOfWork, text: str, sto: str = "") -> OdpName:
    """Parse a box's name; with the order's STO a cabinet and its number are enough.

    The box of an order that is there stays valid when the patterns change. Raises `InvalidValue`.
    """
    try:
        return OdpName.parse(text, patterns_of(uow), sto)
    except InvalidValue:
        value = one_line(text).upper()
        if value.count("-") >= 2 and uow.order_queries.count(OrderFilter(odp=value), 1):
            return OdpName(value, text)
        raise


def number_meant(uow: UnitOfWork, text: str) -> str:
    """Return the number that a text names, in stored form; digits alone are enough.

    Where several rows fit the digits, the number that an order has. Raises `InvalidValue`.
    """
    completed = patterns_of(uow).completed(compact(text))
    if not completed:
        return number_typed(uow, text).value
    there = (number for number in completed if len(completed) > 1 and uow.orders.find(number))
    return next(there, completed[0])
