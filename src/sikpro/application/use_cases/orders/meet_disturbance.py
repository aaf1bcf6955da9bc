"""Recognise an order in the scope of an open disturbance when it arrives."""

from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.order import Order


def meet_disturbances(uow: UnitOfWork, order: Order, now: datetime) -> tuple[Disturbance, ...]:
    """Tie an open order to each open disturbance that touches it, and return these, the newest first."""
    if not order.open:
        return ()
    sto, odp = order.data.sto.value, order.data.odp.value
    met = tuple(one for one in uow.disturbances.open() if one.touches(sto, odp))
    for one in met:
        uow.disturbances.tie(one.id, order.id, now, moved=False)
    return met
