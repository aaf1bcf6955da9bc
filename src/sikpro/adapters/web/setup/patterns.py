"""The patterns of registration numbers and boxes: their rows, and beside them what examples are read as."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.conversation.reader.examples import MOST_EXAMPLES, Example, read_examples
from sikpro.application.conversation.reader.known import Known
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS
from sikpro.application.use_cases.catalogue.decide_patterns import (
    BOX_CHARACTERS,
    BOX_ENTRIES,
    MOST_ROWS,
    NUMBER_ENTRIES,
    Effects,
    TypedPatterns,
    Unconfirmed,
    decide_patterns,
    effects_of,
    pattern_texts,
    read_patterns,
    understand_patterns,
)
from sikpro.application.use_cases.catalogue.lookup import makers_in_use
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.patterns import Characters, Patterns
from sikpro.domain.people import Permission, Person

EXAMPLES_LIMIT = 8000
"""The longest text of examples, in characters."""

FIRST_EXAMPLES = "\n".join(
    ("SC32232558", "32232558", "AOs326032509275620607db90", "ODP-SDA-003", "ODP SDA FBG 14", "ODP-SDA-01/01")
)

_NEW: Mapping[str, Mapping[str, str]] = {
    "numbers": dict.fromkeys(NUMBER_ENTRIES, "") | {"characters": Characters.DIGITS.value},
    "boxes": dict.fromkeys(BOX_ENTRIES, "") | {"characters": Characters.DIGITS.value},
}


@frozen(kw_only=True)
class _State:
    """What the page shows beside the rows."""

    examples: str = ""
    errors: Mapping[str, DomainError] = {}
    effects: Effects | None = None
    mark: str = ""
    added: str = ""
    status: int = 200


class PatternsController(Controller):
    """The rows of both kinds. Nothing is saved before its effects on orders were shown."""

    path = "/settings/patterns"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show the present rows, with examples of what they read."""
        installed = await parts.transactions.read(lambda uow: uow.installation.get().patterns)
        state = _State(examples=FIRST_EXAMPLES)
        return await _page(request, pages, parts, pattern_texts(installed), state)

    @post()
    async def decide(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add or remove a row, show what the rows change, or save them; what changes for orders is confirmed first."""
        now, act = parts.clock.now(), form.text("act")
        typed, examples = _typed(form), form.text("examples")[:EXAMPLES_LIMIT]
        edited = _edited(typed, act)
        if edited:
            state = _State(examples=examples, added=_added(edited, act))
            return await _page(request, pages, parts, edited, state)
        try:
            if act in {"save", "confirm"}:
                confirmed = form.text("mark") if act == "confirm" else ""
                unconfirmed = await parts.transactions.write(
                    lambda uow: decide_patterns(uow, typed, me, now, confirmed=confirmed)
                )
            else:
                patterns = understand_patterns(typed)
                effects = await parts.transactions.read_long(lambda uow: effects_of(uow, patterns))
                return await _page(request, pages, parts, typed, _State(examples=examples, effects=effects))
        except InvalidFields as error:
            state = _State(examples=examples, errors=error.errors, status=status_of(error))
            return await _page(request, pages, parts, typed, state)
        if isinstance(unconfirmed, Unconfirmed):
            state = _State(examples=examples, effects=unconfirmed.effects, mark=unconfirmed.mark, status=409)
            return await _page(request, pages, parts, typed, state)
        visit.toast("patterns_kept")
        return go(request, "/settings/patterns")

    @post("/preview")
    async def preview(
        self,
        request: Request[Any, Any, Any],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Return what the examples are read as under the rows of the form."""
        context = await _read(parts, _typed(form), form.text("examples")[:EXAMPLES_LIMIT])
        return pages.page(request, "setup/examples.html", **context)


def _typed(form: Form) -> TypedPatterns:
    def rows(kind: str, entries: Sequence[str]) -> list[dict[str, str]]:
        places = [place for place in range(MOST_ROWS + 1) if f"{kind}_{place}_prefix" in form.values]
        return [{entry: form.text(f"{kind}_{place}_{entry}") for entry in entries} for place in places]

    return TypedPatterns(rows("numbers", NUMBER_ENTRIES), rows("boxes", BOX_ENTRIES))


def _edited(typed: TypedPatterns, act: str) -> TypedPatterns | None:
    """Return the rows with one added or removed, None for another act."""
    rows = {"numbers": list(typed.numbers), "boxes": list(typed.boxes)}
    what, _, rest = act.partition("_")
    kind, _, place = rest.partition("_")
    if kind not in rows:
        return None
    if what == "add":
        rows[kind].append(_NEW[kind])
    elif what == "drop" and place.isascii() and place.isdecimal() and int(place) < len(rows[kind]):
        del rows[kind][int(place)]
    else:
        return None
    return TypedPatterns(rows["numbers"], rows["boxes"])


def _added(typed: TypedPatterns, act: str) -> str:
    """Return the beginning of the names of an added row's entries, "" when none was added."""
    rows = {"add_numbers": typed.numbers, "add_boxes": typed.boxes}.get(act)
    return f"{act.removeprefix('add_')}_{len(rows) - 1}" if rows else ""


async def _read(parts: WebParts, typed: TypedPatterns, examples: str) -> dict[str, Any]:
    """Return what the examples are read as under the rows that are right; `readable` says whether all are."""
    patterns, errors = read_patterns(typed)

    def work(uow: UnitOfWork) -> list[Example]:
        return read_examples(examples, _known(uow, patterns))

    return {"found": await parts.transactions.read(work), "readable": not errors, "most": MOST_EXAMPLES}


def _known(uow: UnitOfWork, patterns: Patterns) -> Known:
    """Return what the reader knows here, except technicians: their codes are no number and no box."""
    return Known(
        types={row.code for row in uow.catalogue.order_types() if row.active},
        stos={row.code for row in uow.catalogue.stos() if row.active},
        makers=makers_in_use(uow),
        technician=lambda _: False,
        near=lambda _: (),
        patterns=patterns,
    )


async def _page(
    request: Request[Any, Any, Any], pages: Pages, parts: WebParts, typed: TypedPatterns, state: _State
) -> Response[str]:
    return pages.page(
        request,
        "setup/patterns.html",
        status=state.status,
        typed=typed,
        state=state,
        kinds=KINDS,
        characters=tuple(Characters),
        box_characters=BOX_CHARACTERS,
        most_rows=MOST_ROWS,
        limit=EXAMPLES_LIMIT,
        **await _read(parts, typed, state.examples),
    )
