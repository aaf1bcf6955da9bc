"""Which work a kind of table is: how its rows are read from what was kept."""

from collections.abc import Callable, Mapping
from typing import Any

from sikpro.application.use_cases.tables.list_work import ListWork
from sikpro.application.use_cases.tables.order_work import OrderWork
from sikpro.application.use_cases.tables.portions import TableWork
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.errors import NotFound


def read_work(kind: str) -> Callable[[Mapping[str, Any]], TableWork]:
    """Return how the rows of a kind of table are read. Raises `NotFound` for a kind that is not written in portions."""
    if kind in LISTS:
        return ListWork.unpacked
    if kind == ORDERS:
        return OrderWork.unpacked
    raise NotFound(what="written_table", name=kind)
