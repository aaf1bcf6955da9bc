"""What is done with an order: taken, answered, corrected, given on, deleted."""

from collections.abc import Callable

from litestar import Controller, Response, delete, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from sikpro.adapters.web.api.call import Answer, Call
from sikpro.adapters.web.api.listing import listing_of_text, which_of
from sikpro.adapters.web.api.order_bodies import (
    CONFIRMED_STO,
    Assignment,
    Correction,
    HandOver,
    NewStatus,
    WhatNext,
    WithReason,
    WithText,
    given,
)
from sikpro.adapters.web.orders.order_view import template_text
from sikpro.application.as_json import OrderJson, Somebody
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.work_order import assign_order, give_back_order, take_next, take_order
from sikpro.domain.order import Order


class Next(Struct):
    """The order that was taken; null if none waits."""

    order: OrderJson | None


class HandedOver(Struct):
    """The technician who was asked in their chat."""

    technician: Somebody


class OrderActsApi(Controller):
    """The acts on an order."""

    path = "/orders"
    tags = ["Acts on orders"]  # noqa: RUF012  # Litestar's own type for it

    @post("/next", operation_id="take_next", summary="Take the next order of the queue", status_code=200)
    async def next(self, call: NamedDependency[Call], data: JSONBody[WhatNext]) -> Response[Next]:
        """Take the oldest waiting order, of a list if `query` names one; two at once get different orders."""
        listing, query = listing_of_text(data.query, call.me)

        def work(uow: UnitOfWork) -> Answer[Next]:
            which = which_of(uow, listing.next_from, query, call)
            order = take_next(uow, call.me, call.now, which)
            if order is None:
                return Answer(content=Next(None))
            about = call.about(uow, order.id)
            return Answer(content=Next(about.content), headers=about.headers)

        return await call.act(work)

    @post("/hand-over", operation_id="hand_over", summary="Let a technician complete an order", status_code=202)
    async def hand_over(self, call: NamedDependency[Call], data: JSONBody[HandOver]) -> Response[HandedOver]:
        """Send what is known of an order to its technician's chat, which asks for the rest."""

        def work(uow: UnitOfWork) -> Answer[HandedOver]:
            person = hand_over(uow, given(data.fields), call.me, call.now, zone=call.parts.zone)
            return Answer(content=HandedOver(Somebody(person.id, person.name)), status=202)

        return await call.act(work)

    @patch("/{order_id:int}", operation_id="correct_order", summary="Correct an order's fields")
    async def correct(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[Correction]
    ) -> Response[OrderJson]:
        """Replace the fields that are given; a held-up order goes back into the queue."""
        confirmed = CONFIRMED_STO if data.confirmed else {}

        def work(uow: UnitOfWork, order: Order) -> None:
            typed = {**typed_again(order.data), **given(data.fields), **confirmed}
            correct_order(uow, order_id, typed, call.me, call.now)

        return await _on(call, order_id, work)

    @post("/{order_id:int}/take", operation_id="take_order", summary="Take an order", status_code=200)
    async def take(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[OrderJson]:
        """Take it, or renew your claim on it."""
        return await _on(call, order_id, lambda uow, _: take_order(uow, order_id, call.me, call.now))

    @post("/{order_id:int}/give-back", operation_id="give_back_order", summary="Give an order back", status_code=200)
    async def give_back(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[OrderJson]:
        """Put your order back into the queue, at its old place."""
        return await _on(call, order_id, lambda uow, _: give_back_order(uow, order_id, call.me, call.now))

    @post("/{order_id:int}/assign", operation_id="assign_order", summary="Give an order to somebody", status_code=200)
    async def assign(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[Assignment]
    ) -> Response[OrderJson]:
        """Give it to a helpdesk: your own, or as a team leader or admin anybody's."""
        return await _on(call, order_id, lambda uow, _: assign_order(uow, order_id, data.to, call.me, call.now))

    @post(
        "/{order_id:int}/status",
        operation_id="set_status",
        summary="Set a status and tell the technician",
        status_code=200,
    )
    async def status(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[NewStatus]
    ) -> Response[OrderJson]:
        """Set a status of the catalogue, with feedback and reason. The message leaves at once: it cannot be undone."""

        def work(uow: UnitOfWork, order: Order) -> None:
            feedback = template_text(uow, order_id, data.status) if data.feedback is None else data.feedback
            change_status(
                uow,
                order_id,
                data.status,
                call.me,
                call.now,
                reason=data.reason,
                feedback=feedback,
                version=order.version,
                zone=call.parts.zone,
            )

        return await _on(call, order_id, work)

    @post("/{order_id:int}/reopen", operation_id="reopen_order", summary="Reopen a finished order", status_code=200)
    async def reopen(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[WithReason]
    ) -> Response[OrderJson]:
        """Reopen it with a reason, which the technician reads."""
        return await _on(
            call,
            order_id,
            lambda uow, _: reopen_order(uow, order_id, call.me, call.now, reason=data.reason, zone=call.parts.zone),
        )

    @post("/{order_id:int}/words", operation_id="send_text", summary="Send a text to the technician", status_code=200)
    async def words(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[WithText]
    ) -> Response[OrderJson]:
        """Send only a text; the order keeps its status, turn and holder."""
        return await _on(
            call,
            order_id,
            lambda uow, _: send_text(uow, order_id, call.me, call.now, text=data.text, zone=call.parts.zone),
        )

    @post("/{order_id:int}/remarks", operation_id="remark_order", summary="Write a note to colleagues", status_code=200)
    async def remark(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[WithText]
    ) -> Response[OrderJson]:
        """Write a note that no technician sees; `@name` tells a colleague."""
        return await _on(
            call,
            order_id,
            lambda uow, _: remark_order(uow, order_id, call.me, call.now, text=data.text, zone=call.parts.zone),
        )

    @post("/{order_id:int}/nudge", operation_id="nudge_helpdesk", summary="Nudge the helpdesk", status_code=200)
    async def nudge(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[OrderJson]:
        """Mark the order as urgent to its technician; again only after the installation's interval."""
        return await _on(
            call, order_id, lambda uow, _: nudge_helpdesk(uow, order_id, call.me, call.now, zone=call.parts.zone)
        )

    @delete("/{order_id:int}", operation_id="delete_order", summary="Delete an order", status_code=200)
    async def delete(
        self, call: NamedDependency[Call], order_id: FromPath[int], data: JSONBody[WithReason]
    ) -> Response[OrderJson]:
        """Remove it from queue and counts, with a reason; an admin can restore it."""
        return await _on(
            call,
            order_id,
            lambda uow, _: delete_order(uow, order_id, call.me, call.now, reason=data.reason, zone=call.parts.zone),
        )

    @post("/{order_id:int}/restore", operation_id="restore_order", summary="Restore a deleted order", status_code=200)
    async def restore(self, call: NamedDependency[Call], order_id: FromPath[int]) -> Response[OrderJson]:
        """Put a deleted order back as it was."""
        return await _on(call, order_id, lambda uow, _: restore_order(uow, order_id, call.me, call.now))


async def _on(call: Call, order_id: int, work: Callable[[UnitOfWork, Order], object]) -> Response[OrderJson]:
    """Do something with an order that the caller may see, and answer with the order."""

    def done(uow: UnitOfWork) -> Answer[OrderJson]:
        order, _ = call.order(uow, order_id)
        work(uow, order)
        return call.about(uow, order_id)

    return await call.act(done)
