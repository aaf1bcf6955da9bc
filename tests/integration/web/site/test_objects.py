"""Whose id an address or a form brings: nobody reaches another's object, and what is shared is declared."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sikpro.adapters.web
from tests.integration.web.console import Site
from tests.integration.web.in_process import NOT_ABOUT_OBJECTS, Walk, unchanging
from tests.integration.web.site.objects import (
    ABSENT,
    ABSENT_IS_DONE,
    CASES,
    CHANGES_NOTHING,
    FORM_CASES,
    FORM_IDS,
    NO_OBJECTS,
    TEXT_OF_TONO,
    UNKNOWN_TO_OTHERS,
    furnished,
    where,
)

WEB = Path(sikpro.adapters.web.__file__).parent
REFUSED_AS_IT_IS = (409, 422)
"""An object that is in no state for it, which only those learn who may do it."""


@pytest.mark.audit
async def test_another_ones_object_is_refused_and_stays_as_it_is_for_all_but_those_it_is_shared_with(
    page_site: Site,
) -> None:
    walk, ids = await furnished(page_site)
    wrong: list[str] = []
    with unchanging(page_site) as written:
        for (method, path, one), (form, who) in CASES.items():
            for name, client in walk.clients.items():
                written.changed.clear()
                filled = {entry: text.format(**ids) for entry, text in form.items()}
                response = await walk.ask(method, where(path, one, ids), client, filled)
                done = written.changed - NOT_ABOUT_OBJECTS
                acts = method == "POST" and (path, one) not in CHANGES_NOTHING
                if name in who and (
                    response.status not in {200, 303, *(() if acts else REFUSED_AS_IT_IS)} or (acts and not done)
                ):
                    wrong.append(f"{method} {path}, {one}: {name} may, but got {response.status} and changed {done}")
                refused = {303} if path in UNKNOWN_TO_OTHERS else {403, 404, 409}
                if name not in who and (response.status not in refused or done - {"work_preferences"}):
                    wrong.append(f"{method} {path}, {one}: {name} may not, but got {response.status}, changed {done}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.audit
async def test_an_object_that_is_not_there_is_said_to_be_missing(page_site: Site) -> None:
    walk, ids = await furnished(page_site)
    wrong: list[str] = []
    with unchanging(page_site) as written:
        for (method, path, _), (form, who) in CASES.items():
            if not who:
                continue
            filled = {entry: text.format(**ids) for entry, text in form.items()}
            for absent in (ABSENT, "9" * 30, "0"):
                written.changed.clear()
                response = await walk.ask(method, where(path, absent, ids), walk.clients[sorted(who)[0]], filled)
                done = written.changed - NOT_ABOUT_OBJECTS - {"work_preferences"}
                if (response.status != 404 and path not in ABSENT_IS_DONE) or done:
                    wrong.append(f"{method} {path} with {absent}: {response.status}, changed {done}")
    assert not wrong, "\n".join(wrong)


def test_each_address_with_an_id_is_among_these_objects(page_site: Site) -> None:
    known = {(method, path) for method, path, _ in CASES}
    lacking: list[str] = []
    for path, methods in Walk(page_site).routes().items():
        parts = set(path.replace("}", "{").split("{")[1::2]) - NO_OBJECTS
        # GET of a form's address leads back to its page.
        both = {"GET", "POST"} <= methods and ("POST", path) in known
        wanted = methods - {"OPTIONS"} - ({"GET"} if both else set()) if parts else set()
        lacking += [f"{method} {path}" for method in wanted if (method, path) not in known]
    assert not lacking, f"say in `objects.CASES` whose it is, and who may: {lacking}"


async def test_an_id_in_a_form_opens_no_more_than_one_in_an_address(page_site: Site) -> None:
    walk, ids = await furnished(page_site)
    wrong: list[str] = []
    with unchanging(page_site) as written:
        for (path, one, table), (form, who) in FORM_CASES.items():
            for name, client in walk.clients.items():
                written.rows.clear()
                filled = {entry.format(**ids): text.format(**ids) for entry, text in form.items()}
                response = await walk.ask("POST", path, client, filled)
                changed = (table, int(ids[one])) in written.rows
                if changed != (name in who):
                    wrong.append(f"{path}, {one} in {[*form]}: {name}, {response.status}, changed: {changed}")
    assert not wrong, "\n".join(wrong)


async def test_another_ones_snippet_is_not_read_through_an_answer_to_an_order(page_site: Site) -> None:
    walk, ids = await furnished(page_site)
    read: set[str] = set()
    with unchanging(page_site):
        for name, client in walk.clients.items():
            form = {"status": "odp_penuh", "version": "1", "snippet": ids["snippet of tono"]}
            page = (await walk.ask("POST", "/orders/1/preview", client, form)).text
            read |= {name} if TEXT_OF_TONO in page else set()
    assert read == {"tono"}


def test_each_entry_of_a_form_that_is_a_number_is_declared() -> None:
    found = {name for path in WEB.rglob("*.py") for name in _numbers(ast.parse(path.read_text()))}
    assert found - FORM_IDS.keys() == set(), "say in `objects.FORM_IDS` whose objects it names"
    assert FORM_IDS.keys() - found == set(), "declared in `objects.FORM_IDS` but gone"


def _numbers(tree: ast.AST) -> Iterator[str]:
    """Yield the entries that a module reads as numbers, and the beginnings of those that end in one."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args:
            first = call.args[0]
            if call.func.attr in {"whole", "removeprefix", "startswith"} and isinstance(first, ast.Constant):
                text = str(first.value)
                if call.func.attr == "whole" or text.endswith("-"):
                    yield text
        if isinstance(call, ast.JoinedStr) and isinstance(call.values[0], ast.Constant):
            text = str(call.values[0].value)
            if text.endswith("-") and text[:-1].isidentifier() and text.lower() != "sikpro-":
                yield text
