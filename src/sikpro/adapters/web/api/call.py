"""One call of the API: who calls, what is read or done, and the answer, the same for the same key."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec
from attrs import field, frozen
from litestar import Request, Response

from sikpro.adapters.web.api.faults import ApiFault
from sikpro.adapters.web.orders.order_view import removed_order
from sikpro.adapters.web.orders.timeline import Narrator
from sikpro.adapters.web.orders.working import naming_holder
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.as_json import OrderJson, order_json
from sikpro.application.i18n import words_in
from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.domain.errors import ConcurrencyConflict, NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

LONGEST_KEY = 200
"""The longest `Idempotency-Key`, in characters."""

LARGEST_ID = 2**53

C = TypeVar("C")


@frozen(kw_only=True)
class Answer(Generic[C]):
    """An answer: its content, and header fields of its own."""

    content: C
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str])


Work = Callable[[UnitOfWork], Answer[C]]


@frozen
class Call:
    """A call by a person: `shown` answers with what a read found, `act` with what a write did."""

    request: Request[Any, Any, Any]
    parts: WebParts
    me: Person
    token: PersonalToken
    now: datetime

    async def shown(self, work: Work[C], *, long: bool = False) -> Response[C]:
        """Read and answer; nothing but 304 if the caller has this answer already. `long`: it may take over a second."""
        transactions = self.parts.transactions
        answer = await (transactions.read_long(work) if long else transactions.read(work))
        tag = answer.headers.get("etag")
        if tag and tag in _tags(self.request.headers.get("if-none-match", "")):
            return _response(b"", 304, {"etag": tag})
        return _response(msgspec.json.encode(answer.content), answer.status, answer.headers)

    async def act(self, work: Work[C]) -> Response[C]:
        """Write and answer, in one transaction.

        With an `Idempotency-Key` the answer is kept in that transaction; the same request under the same key gets it
        again, and nothing is done. Raises `ApiFault` for another request under the key.
        """
        await self._must_have_no_body()
        key, mark = self._key(), await self._mark()

        def once(uow: UnitOfWork) -> tuple[KeptAnswer, bool]:
            kept = uow.kept_answers.find(self.me.id, key) if key else None
            if kept is not None and kept.request != mark:
                raise ApiFault("api.key.reused", 422)
            if kept is not None:
                return kept, True
            if key:
                uow.kept_answers.begin(self.me.id, key, mark, self.now)
            answer = work(uow)
            body = msgspec.json.encode(answer.content).decode()
            made = KeptAnswer(request=mark, status=answer.status, headers=answer.headers, body=body, at=self.now)
            if key:
                uow.kept_answers.keep(self.me.id, key, made)
            return made, False

        try:
            answer, again = await naming_holder(self.parts, once)
        except ConcurrencyConflict:  # somebody was faster: it is judged by what is there now
            answer, again = await naming_holder(self.parts, once)
        repeated = {"idempotency-replayed": "true"} if again else {}
        return _response(answer.body.encode(), answer.status, {**answer.headers, **repeated})

    def order(self, uow: UnitOfWork, order_id: int) -> tuple[Order, OrderRow]:
        """Return an order that the caller may see, at the version that they want to change.

        Raises `NotFound`, `OrderRemoved`; `ApiFault` if it is at another version than `If-Match` names.
        """
        if not 0 < order_id < LARGEST_ID:
            raise NotFound(what="order", name=str(order_id)[:20])
        order, row = uow.orders.get(order_id), uow.order_queries.row(order_id)
        if row is None or not may_view(order, row, self.me):
            raise NotFound(what="order", name=str(order_id))
        if order.deleted_at and not self.me.may(Permission.ADMINISTER):
            words = words_in(self.me.language, self.parts.zone)
            raise removed_order(order, Narrator(uow, words, {}), self.now)
        wanted = self.request.headers.get("if-match")
        if wanted is not None and not {"*", etag(order.version)} & _tags(wanted):
            raise ApiFault("api.changed", 412, {"version": order.version}, {"etag": etag(order.version)})
        return order, row

    def about(self, uow: UnitOfWork, order_id: int, *, status: int = 200) -> Answer[OrderJson]:
        """Return the answer that has an order as it is now, deleted or not."""
        row = uow.order_queries.row(order_id)
        assert row is not None  # it was there in this transaction
        return Answer(content=order_json(row), status=status, headers={"etag": etag(row.version)})

    def _key(self) -> str:
        """Return the key of the request, "" for none. An empty header is no key: a script forgot to fill it in."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return ""
        if not 0 < len(key) <= LONGEST_KEY or any(not "!" <= sign <= "~" for sign in key):
            raise ApiFault("api.key.form", 400, {"most": LONGEST_KEY})
        return key

    async def _mark(self) -> str:
        parts = (
            self.request.method,
            self.request.url.path,
            self.request.url.query,
            self.request.headers.get("if-match", ""),
        )
        return sha256("\n".join(parts).encode() + b"\n" + await self.request.body()).hexdigest()

    async def _must_have_no_body(self) -> None:
        """Refuse a body that nobody would read: whoever sent it believes that it counts."""
        if self.request.route_handler.parsed_data_field is None and (await self.request.body()).strip() not in {
            b"",
            b"{}",
        }:
            raise ApiFault("api.body.unread", 422)


def names_in(uow: UnitOfWork) -> Callable[[int], str]:
    """Return a function for the names of people, each read once; "" for somebody who is not there any more."""

    @cache
    def name(person: int) -> str:
        try:
            return uow.people.get(person).name
        except NotFound:
            return ""

    return name


def etag(version: int) -> str:
    """Return the ETag of an order's version."""
    return f'"{version}"'


def _tags(header: str) -> set[str]:
    return {one.strip() for one in header.split(",")}


def _response(body: bytes, status: int, headers: Mapping[str, str]) -> Response[Any]:
    return Response(body, status_code=status, media_type="application/json", headers=dict(headers))
