"""Orders: register, read, list."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Struct

from sikpro.adapters.web.api.admission import TAKES
from sikpro.adapters.web.api.call import Answer, Call, names_in
from sikpro.adapters.web.api.faults import ApiFault, Unclear
from sikpro.adapters.web.api.listing import PARAMETERS, ListsOrders, OrderPage, key_of, listing_of, page_of, which_of
from sikpro.adapters.web.api.order_bodies import CONFIRMED_STO, NewOrder, given
from sikpro.adapters.web.orders.photos import file_answer
from sikpro.application.as_json import (
    FactJson,
    FileJson,
    MessageJson,
    OrderJson,
    fact_json,
    file_json,
    message_json,
    order_json,
)
from sikpro.application.conversation.doubts import data_of, errors_of
from sikpro.application.conversation.known import known_in
from sikpro.application.conversation.reader.read_message import read_order
from sikpro.application.ports.files import FileState
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import check_order, look_through
from sikpro.application.use_cases.orders.notify_entered import notify_entered
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.remark_order import may_read_remarks
from sikpro.application.use_cases.orders.understand_request import understand_request
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.events import OrderRemarked
from sikpro.domain.order_data import Channel


class ReadMessage(Struct):
    """What was read in a message: each field that is certain, and by what evidence; what was left over (`rest`)."""

    fields: dict[str, str]
    evidence: dict[str, str]
    rest: str


class Registered(Struct):
    """A new order and its place in the queue; 1 is next. `reading` is what was read in its message."""

    order: OrderJson
    place: int
    reading: ReadMessage | None


class Journal(Struct):
    """The journal of an order: what happened to it, oldest first."""

    journal: list[FactJson]


class Messages(Struct):
    """The messages to chats about an order, oldest first."""

    messages: list[MessageJson]


class Files(Struct):
    """The photos and files of an order."""

    files: list[FileJson]


class OrdersApi(Controller):
    """Orders, as lists and one by one."""

    path = "/orders"
    tags = ["Orders"]  # noqa: RUF012  # Litestar's own type for it

    @get(
        operation_id="list_orders",
        summary="List orders, by all filters of the queue",
        operation_class=ListsOrders,
        opt={TAKES: PARAMETERS},
    )
    async def list_orders(self, call: NamedDependency[Call]) -> Response[OrderPage]:
        """Return a page of the orders that you may see. Go on with `next` until it is null."""
        query = {name: call.request.query_params[name] for name in PARAMETERS if name in call.request.query_params}
        listing, limit = listing_of(query, call.me)
        after = key_of(query.get("after", ""))

        def work(uow: UnitOfWork) -> Answer[OrderPage]:
            which = which_of(uow, listing, query, call)
            looked = look_through(uow, which, call.me, sort=listing.sort, after=after, limit=limit)
            page = page_of(looked, listing, query, limit, [order_json(row) for row in looked.rows])
            return Answer(content=page, headers={"link": f'<{page.next}>; rel="next"'} if page.next else {})

        return await call.shown(work)

    @post(
        operation_id="register_order", summary="Register an order, from its fields or from a message", status_code=201
    )
    async def register(self, call: NamedDependency[Call], data: JSONBody[NewOrder]) -> Response[Registered]:
        """Put a new order into the queue. What a message leaves in doubt is an error of its field."""
        if (data.fields is UNSET) == (data.message is UNSET):
            raise ApiFault("api.order.either", 422)

        def work(uow: UnitOfWork) -> Answer[Registered]:
            typed, reading = _typed(uow, data, call)
            made = register_order(uow, typed, call.now, sender=call.me, channel=Channel.API)
            met = {made.order.id: made.disturbances}
            notify_entered(uow, [made.order], call.me, call.now, disturbances=met, zone=call.parts.zone)
            about = call.about(uow, made.order.id)
            return Answer(
                content=Registered(about.content, made.place, reading),
                status=201,
                headers={**about.headers, "location": f"/api/v1/orders/{made.order.id}"},
            )

        return await call.act(work)

    @get("/{order_id:int}", operation_id="get_order", summary="Get an order")
    async def show(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[OrderJson]:
        """Return an order as it is now; its ETag is made of its version."""

        def work(uow: UnitOfWork) -> Answer[OrderJson]:
            call.order(uow, order_id)
            return call.about(uow, order_id)

        return await call.shown(work)

    @get("/number/{number:str}", operation_id="find_order", summary="Get an order by its registration number")
    async def find(self, call: NamedDependency[Call], number: FromPath[str]) -> Response[OrderJson]:
        """Return the order under a registration number; the digits alone are enough."""

        def work(uow: UnitOfWork) -> Answer[OrderJson]:
            row = check_order(uow, number, call.me)
            call.order(uow, row.id)
            return call.about(uow, row.id)

        return await call.shown(work)

    @get("/{order_id:int}/journal", operation_id="list_journal", summary="List the journal of an order: what happened")
    async def journal(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[Journal]:
        """Return its journal, oldest first; notes to colleagues only for who may read them."""

        def work(uow: UnitOfWork) -> Answer[Journal]:
            call.order(uow, order_id)
            all_of_it, name = may_read_remarks(call.me), names_in(uow)
            entries = uow.journal.of_order(order_id)
            shown = [one for one in entries if all_of_it or not isinstance(one.event, OrderRemarked)]
            return Answer(content=Journal([fact_json(entry, name) for entry in shown]))

        return await call.shown(work)

    @get("/{order_id:int}/messages", operation_id="list_messages", summary="List the messages to chats about an order")
    async def messages(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[Messages]:
        """Return the messages and what became of each, oldest first."""

        def work(uow: UnitOfWork) -> Answer[Messages]:
            call.order(uow, order_id)
            sent = uow.outbox.of_order(order_id)
            shown = [one for one in sent if not one.message.press_id and not one.message.is_gesture]
            return Answer(content=Messages([message_json(item) for item in shown]))

        return await call.shown(work)

    @get("/{order_id:int}/files", operation_id="list_files", summary="List the photos and files of an order")
    async def files(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[Files]:
        """Return its files; `url` has the content of each that is stored."""

        def work(uow: UnitOfWork) -> Answer[Files]:
            call.order(uow, order_id)
            files = uow.files.of_order(order_id)
            return Answer(
                content=Files(
                    [file_json(one, _content_of(one.id) if one.state is FileState.STORED else None) for one in files]
                )
            )

        return await call.shown(work)

    @get(
        "/files/{file_id:int}/content",
        operation_id="get_file",
        summary="Download a photo or file of an order",
        media_type="application/octet-stream",
    )
    async def content(self, call: NamedDependency[Call], file_id: FromPath[int]) -> Response[bytes]:
        """Return a file as it is; a photo without its metadata (place, device)."""
        return await file_answer(call.parts, call.me, file_id)


def _content_of(file_id: int) -> str:
    return f"/api/v1/orders/files/{file_id}/content"


def _typed(uow: UnitOfWork, data: NewOrder, call: Call) -> tuple[dict[str, str], ReadMessage | None]:
    """Return the texts of a new order, and what was read in its message. Raises `Unclear`."""
    confirmed = CONFIRMED_STO if data.confirmed else {}
    if not isinstance(data.message, str):
        assert isinstance(data.fields, Struct)
        return given(data.fields) | confirmed, None
    known = known_in(uow)
    read = read_order(data.message, known)
    typed = data_of(read) | confirmed
    if call.me.technician_code:
        typed.setdefault("technician", call.me.technician_code)
    reading = ReadMessage(
        read.certain, {name: evidence.name.lower() for name, evidence in read.evidence.items()}, read.rest
    )
    errors: dict[str, DomainError] = {}
    try:
        understand_request(uow, typed)
    except InvalidFields as error:
        errors |= error.errors
    errors |= errors_of(read, known.patterns)
    if errors:
        raise Unclear(errors, reading)
    return typed, reading
