"""The ledger of messages, and the device ledger."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from sikpro.adapters.web.api.call import LARGEST_ID, Answer, Call
from sikpro.adapters.web.api.listing import cursor_of, key_of
from sikpro.application.as_json import OrderJson, order_json, plain
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.typed_values import box_typed
from sikpro.application.use_cases.devices.device_ledger import look_up_device, understand_device
from sikpro.domain.people import Permission

PAGE = 50
Before = Annotated[
    int | None, QueryParameter(ge=1, lt=LARGEST_ID, description="the id of the last row of the page before")
]


class Received(Struct):
    """A message that came in, and what became of it."""

    id: int
    received_at: datetime
    sent_at: datetime
    sender_name: str
    kind: str
    text: str
    outcome: str
    detail: str
    order_id: int | None
    number: str | None


class ReceivedPage(Struct):
    """A page of what came in, newest first; `next` has the page after it."""

    messages: list[Received]
    next: str | None


class DeviceHistory(Struct):
    """An order of a device, with the times in which it was held up."""

    order: OrderJson
    hold_ups: list[dict[str, Any]]


class DeviceAnswer(Struct):
    """What is known of a modem, an ODP, an STO or a technician (`subject`), with its orders, newest first."""

    subject: str
    value: str
    orders: list[DeviceHistory]
    next: str | None


class LedgersApi(Controller):
    """What came in, and what is known of devices."""

    path = "/"
    tags = ["Ledgers"]  # noqa: RUF012  # Litestar's own type for it

    @get("/messages", operation_id="list_received", summary="List the messages that came in")
    async def received(
        self, call: NamedDependency[Call], before: Before = None, outcome: FromQuery[Outcome | None] = None
    ) -> Response[ReceivedPage]:
        """Return what came in with its outcome, newest first, for who may see reports."""

        def work(uow: UnitOfWork) -> Answer[ReceivedPage]:
            call.me.must(Permission.VIEW_REPORTS)
            rows = uow.inbox.page(before=before, limit=PAGE, outcome=outcome)
            shown = [
                Received(**{name: plain(getattr(row, name)) for name in Received.__struct_fields__}) for row in rows
            ]
            more = f"&outcome={outcome.value}" if outcome else ""
            following = f"/api/v1/messages?before={rows[-1].id}{more}" if len(rows) == PAGE else None
            return Answer(content=ReceivedPage(shown, following))

        return await call.shown(work)

    @get("/devices", operation_id="look_up_device", summary="Look up a modem, an ODP, an STO or a technician")
    async def device(
        self, call: NamedDependency[Call], q: FromQuery[str], after: FromQuery[str] = ""
    ) -> Response[DeviceAnswer]:
        """Return what a serial number, a box, an STO or a technician's code has seen, newest first."""
        start = key_of(after)

        def work(uow: UnitOfWork) -> Answer[DeviceAnswer]:
            query = understand_device(q, lambda typed: box_typed(uow, typed))
            page = look_up_device(uow, query, call.me, after=start)
            orders = [
                DeviceHistory(order_json(one.row), [plain(hold_up) for hold_up in one.hold_ups]) for one in page.orders
            ]
            following = (
                f"/api/v1/devices?q={query.value}&after={cursor_of(page.orders[-1].row.key)}" if page.more else None
            )
            return Answer(content=DeviceAnswer(query.subject.value, query.value, orders, following))

        return await call.shown(work, long=True)
