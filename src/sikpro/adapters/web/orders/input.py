"""Order input: the bot's fields and rules, as a form."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.conversation.doubts import errors_of
from sikpro.application.conversation.known import known_in
from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.conversation.reader.read_message import LONGEST, read_order
from sikpro.application.fields import FIELDS, REST
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.typed_values import number_typed
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.notify_entered import notify_entered
from sikpro.application.use_cases.orders.register_order import Registered, register_order, standing_order
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, understand_request
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields, InvalidValue
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import compact, one_line, storable
from sikpro.domain.values import TechnicianCode

LONGEST_CODE = 64
"""How many characters of an unknown code are offered again."""


@frozen(kw_only=True)
class Outlook:
    """Warnings before an order is saved: the existing order, and the technician whom no message reaches."""

    double: OrderRow | None = None
    status: Status | None = None
    unreachable: str = ""


class InputController(Controller):
    """The form for an order, and the box that reads a technician's message."""

    path = "/orders/new"
    guards = (only(Permission.ENTER_ORDERS),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form, empty or with the values from the address."""
        query = request.query_params
        brought = {field.name: storable(query[field.name])[:100] for field in FIELDS if field.name in query}
        return await _form_page(request, pages, parts, visit.words, brought)

    @post()
    async def enter(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save the order, or show the form again: with the values of a message, with errors, or with the duplicate.

        An order whose technician no message reaches is saved only after a warning.
        """
        typed = _typed(form)
        if form.text("act") == "read":
            return await _read_message(request, pages, parts, visit.words, typed, form.text("message"))
        if form.text("act") == "hand":
            return await _hand_over(request, pages, parts, visit, me, typed)
        now, shown = parts.clock.now(), form.text("told_unreachable")

        def work(uow: UnitOfWork) -> Registered | None:
            data = understand_request(uow, typed)
            silent = _unreachable(uow, data.technician.value)
            if silent and silent != shown and not standing_order(uow, data.registration_number.value, data.type):
                return None
            registered = register_order(uow, typed, now, sender=me, channel=Channel.WEB)
            order, met = registered.order, {registered.order.id: registered.disturbances}
            notify_entered(uow, [order], me, now, disturbances=met, zone=parts.zone)
            return registered

        try:
            registered = await parts.transactions.write(work)
        except InvalidFields as error:
            return await _form_page(request, pages, parts, visit.words, typed, errors=error.errors, status=422)
        except DuplicateOrder:
            return await _form_page(request, pages, parts, visit.words, typed, status=409)
        if registered is None:
            return await _form_page(request, pages, parts, visit.words, typed, status=422)
        order, place = registered.order, str(registered.place)
        visit.toast("order_entered", number=order.number, place=place)
        return go(request, f"/orders/{order.id}")

    @post("/check")
    async def check(
        self,
        request: Request[Any, Any, Any],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Show warnings while the form is filled in: a duplicate, or a technician whom no message reaches."""
        typed = _typed(form)
        outlook = await parts.transactions.read(lambda uow: _look(uow, typed))
        return pages.page(request, "orders/outlook.html", outlook=outlook)


async def _hand_over(
    request: Request[Any, Any, Any], pages: Pages, parts: WebParts, visit: Visit, me: Person, typed: dict[str, str]
) -> Response[str]:
    """Send the entries to the technician, who completes and sends them in the chat."""
    now = parts.clock.now()
    try:
        technician = await parts.transactions.write(lambda uow: hand_over(uow, typed, me, now, zone=parts.zone))
    except InvalidFields as error:
        return await _form_page(request, pages, parts, visit.words, typed, errors=error.errors, status=422)
    except DuplicateOrder:
        return await _form_page(request, pages, parts, visit.words, typed, status=409)
    visit.toast("handed_over", name=technician.name)
    return go(request, "/orders/new")


async def _read_message(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    words: Words,
    typed: dict[str, str],
    message: str,
) -> Response[str]:
    """Show the form with a message's values; earlier entries stay if the message has no value for them."""

    def read(uow: UnitOfWork) -> tuple[OrderReading, Mapping[str, DomainError]]:
        known = known_in(uow)
        reading = read_order(message[:LONGEST], known)
        return reading, errors_of(reading, known.patterns)

    reading, doubts = await parts.transactions.read(read)
    found = reading.values
    if found:
        note = {REST: reading.rest} if reading.rest else {}
        written = {name: text if len(reading.doubts[name]) < 2 else "" for name, text in reading.written.items()}
        typed = {**typed, **reading.certain, **written, **note, CONFIRMED: ""}

    def faults(uow: UnitOfWork) -> Mapping[str, DomainError]:
        try:
            understand_request(uow, typed)
        except InvalidFields as error:
            return {**error.errors, **doubts}
        return doubts

    errors = await parts.transactions.read(faults) if found else {}
    return await _form_page(
        request, pages, parts, words, typed, errors=errors, message="" if found else message, read=found
    )


async def _form_page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    words: Words,
    typed: dict[str, str],
    *,
    errors: Mapping[str, DomainError] | None = None,
    status: int = 200,
    message: str = "",
    read: int | None = None,
) -> Response[str]:
    def look(uow: UnitOfWork) -> tuple[Outlook, Mapping[str, list[tuple[str, str]]]]:
        return _look(uow, typed), _choices(uow, words, typed)

    outlook, choices = await parts.transactions.read(look)
    return pages.page(
        request,
        "orders/input.html",
        status=status,
        fields=FIELDS,
        values=typed,
        errors=errors or {},
        choices=choices,
        outlook=outlook,
        message=message[:LONGEST],
        read=read,
        longest=LONGEST,
        confirmed_with=_confirmed_with(typed),
    )


def _typed(form: Form) -> dict[str, str]:
    """Return the form's fields; a confirmed doubt counts only for its own ODP and STO."""
    typed = form.order_fields()
    kept = form.text("confirmed_with")
    if kept and kept != _confirmed_with(typed):
        typed[CONFIRMED] = ""
    return typed


def _confirmed_with(typed: Mapping[str, str]) -> str:
    """Return the values that a confirmation of `odp.other_sto` belongs to."""
    return f"{compact(typed.get('odp', ''))[:LONGEST_CODE]} {compact(typed.get('sto', ''))[:LONGEST_CODE]}"


def _look(uow: UnitOfWork, typed: Mapping[str, str]) -> Outlook:
    number, technician = "", ""
    with suppress(InvalidValue):
        number = number_typed(uow, typed.get("registration_number", "")).value
    with suppress(InvalidValue):
        technician = TechnicianCode.parse(typed.get("technician", "")).value
    order = standing_order(uow, number, compact(typed.get("type", ""))) if number else None
    row = uow.order_queries.row(order.id) if order else None
    if row:
        status = next((one for one in uow.catalogue.statuses() if one.code == row.status), None)
        return Outlook(double=row, status=status)
    return Outlook(unreachable=_unreachable(uow, technician) if technician else "")


def _unreachable(uow: UnitOfWork, technician: str) -> str:
    """Return the technician's code if nobody would get the answers, else ""; also "" for an unknown code."""
    person = uow.people.by_code(technician)
    if person is None:
        return "" if any(one.technician_code for one in uow.people.all()) else technician
    return technician if person.active and person.telegram_id is None else ""


def _choices(uow: UnitOfWork, words: Words, typed: dict[str, str]) -> Mapping[str, list[tuple[str, str]]]:
    """Return the catalogues as choices; an unknown typed code stays in the list, so that it is not lost."""
    found = {
        "type": [
            (row.code, f"{row.code} · {words.text(row.label)}") for row in uow.catalogue.order_types() if row.active
        ],
        "sto": [(row.code, f"{row.code} · {row.name}".rstrip(" ·")) for row in uow.catalogue.stos() if row.active],
    }
    for name, options in found.items():
        code = compact(typed.get(name, ""))
        if code in {option for option, _ in options}:
            typed[name] = code
        elif code and options:
            typed[name] = one_line(typed[name])[:LONGEST_CODE]
            options.append((typed[name], typed[name]))
    return found
