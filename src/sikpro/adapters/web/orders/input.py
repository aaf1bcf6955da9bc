"""Enter an order: the bot's fields and rules, as a form."""

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
from sikpro.application.conversation.reader.parse_message import LONGEST, Known, parse_message
from sikpro.application.fields import FIELDS
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.register_order import Registered, register_order, standing_order
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, understand_request
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidFields, InvalidValue
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import compact, one_line, storable
from sikpro.domain.values import RegistrationNumber, TechnicianCode

LONGEST_CODE = 64
"""How much of a code that the catalogue does not know is offered again, in characters."""


@frozen(kw_only=True)
class Outlook:
    """What is known before anything is stored: the order that is already there, and whom no message will reach."""

    double: OrderRow | None = None
    status: Status | None = None
    unreachable: str = ""


class InputController(Controller):
    """The form for an order, and the box that takes a technician's message apart."""

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
        """The empty form, or with what the address brings along for its fields."""
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
        """Store the order, or show the form again: with a message's values in it, with what is wrong, with the double.

        An order whose technician no message will reach is stored once that was said.
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
            return register_order(uow, typed, now, sender=me, channel=Channel.WEB)

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
        """What is known while the form is being filled in: a double, a technician out of reach."""
        typed = _typed(form)
        outlook = await parts.transactions.read(lambda uow: _look(uow, typed))
        return pages.page(request, "orders/outlook.html", outlook=outlook)


async def _hand_over(
    request: Request[Any, Any, Any], pages: Pages, parts: WebParts, visit: Visit, me: Person, typed: dict[str, str]
) -> Response[str]:
    """Send what was filled in to the technician, to be completed and sent from the chat."""
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
    """The form with a message's values in it; what was typed before stays where the message says nothing."""
    parsed = await parts.transactions.read(lambda uow: parse_message(message, _known(uow)))
    found = parsed.values
    if found:
        typed = {**typed, **parsed.fields, CONFIRMED: ""}

    def faults(uow: UnitOfWork) -> Mapping[str, DomainError]:
        try:
            understand_request(uow, typed)
        except InvalidFields as error:
            return error.errors
        return {}

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
    """The form's fields; a doubt that was confirmed counts only for the ODP and STO it was confirmed of."""
    typed = form.order_fields()
    kept = form.text("confirmed_with")
    if kept and kept != _confirmed_with(typed):
        typed[CONFIRMED] = ""
    return typed


def _confirmed_with(typed: Mapping[str, str]) -> str:
    """What a confirmation of `odp.other_sto` is about."""
    return f"{compact(typed.get('odp', ''))[:LONGEST_CODE]} {compact(typed.get('sto', ''))[:LONGEST_CODE]}"


def _known(uow: UnitOfWork) -> Known:
    return Known(
        {row.code for row in uow.catalogue.order_types() if row.active},
        {row.code for row in uow.catalogue.stos() if row.active},
        lambda code: uow.people.by_code(code) is not None,
    )


def _look(uow: UnitOfWork, typed: Mapping[str, str]) -> Outlook:
    number, technician = "", ""
    with suppress(InvalidValue):
        number = RegistrationNumber.parse(typed.get("registration_number", "")).value
    with suppress(InvalidValue):
        technician = TechnicianCode.parse(typed.get("technician", "")).value
    order = standing_order(uow, number, compact(typed.get("type", ""))) if number else None
    row = uow.order_queries.row(order.id) if order else None
    if row:
        status = next((one for one in uow.catalogue.statuses() if one.code == row.status), None)
        return Outlook(double=row, status=status)
    return Outlook(unreachable=_unreachable(uow, technician) if technician else "")


def _unreachable(uow: UnitOfWork, technician: str) -> str:
    """The technician's code when nobody would get the answers; "" for an unknown one, which the field itself says."""
    person = uow.people.by_code(technician)
    if person is None:
        return "" if any(one.technician_code for one in uow.people.all()) else technician
    return technician if person.active and person.telegram_id is None else ""


def _choices(uow: UnitOfWork, words: Words, typed: dict[str, str]) -> Mapping[str, list[tuple[str, str]]]:
    """The catalogues as lists; a code they do not know stays on offer, so that what was typed is not lost."""
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
