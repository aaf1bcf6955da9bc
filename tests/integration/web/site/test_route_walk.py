"""Every route by every method and role, read from the application itself: nobody gets in where nobody declared it."""

import pytest

from tests.integration.web.console import ROLES, Site
from tests.integration.web.everything import fill
from tests.integration.web.in_process import STREAMS, Answer, Client, Walk, add_people, take_away, unchanging
from tests.integration.web.site.rights import (
    EVERYBODY,
    ONE_TIME,
    SAMPLES,
    TECHNICIAN,
    VISITOR,
    address,
    declared,
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
WALKERS = {
    "": VISITOR,
    "out": VISITOR,
    "no_role": VISITOR,
    "one_time": ONE_TIME,
    "tedi": TECHNICIAN,
    **{name: ROLES[name] for name in ("rina", "bagus", "sari", "admin")},
}
"""Who walks, and as what: whose account was closed and whose role was taken are visitors from then on."""


async def walkers(site: Site) -> Walk:
    """A console with something on each page, and everybody logged in."""
    fill(site)
    add_people(site)
    walk = Walk(site)
    await walk.log_in(*filter(None, WALKERS))
    walk.clients[""] = await walk.visitor()
    take_away(site)
    return walk


def judged(where: str, walker: str, response: Answer, who: frozenset[str]) -> str:
    """What is wrong with a response, "" if nothing is."""
    role = WALKERS[walker]
    name = f"{role} ({walker})" if role != walker else role
    if response.status >= 500:
        return f"{where} failed for {name}: {response.status}"
    if who == EVERYBODY:
        return ""
    if role in who and response.refused:
        return f"{where} refuses {name}, who may: {response.status} {response.headers.get('location', '')}"
    if role not in who and not response.refused:
        return f"{where} lets {name} in, who may not: {response.status}"
    return ""


def test_every_route_is_declared_and_every_declared_one_is_there(page_site: Site) -> None:
    served = {(method, path) for path, methods in Walk(page_site).routes().items() for method in methods - {"OPTIONS"}}
    known = {(method, path) for method, path, _ in declared()}
    assert not served - known, f"say in `rights.RIGHTS` who may: {sorted(served - known)}"
    assert not known - served, f"declared in `rights.RIGHTS` but gone: {sorted(known - served)}"
    parts = {one for path in Walk(page_site).routes() for one in path.replace("}", "{").split("{")[1::2]}
    assert parts == SAMPLES.keys(), "each part of an address has a sample in `rights.SAMPLES`, and no other"


@pytest.mark.audit
async def test_each_route_lets_in_whom_it_is_declared_for_and_nobody_else(page_site: Site) -> None:
    walk = await walkers(page_site)
    wrong: list[str] = []
    with unchanging(page_site):
        for (method, path, word), who in declared().items():
            for walker, client in walk.clients.items():
                response = await walk.ask(method, address(path, word), client)
                wrong.append(judged(f"{method} {path} {word}".strip(), walker, response, who))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


async def test_no_form_acts_without_the_token_of_its_own_session(page_site: Site) -> None:
    walk = await walkers(page_site)
    wrong: list[str] = []
    with unchanging(page_site) as written:
        for method, path, word in declared():
            if method != "POST":
                continue
            for walker, client in walk.clients.items():
                others = (walk.clients["admin"].csrf,) if walker in {"", "rina"} else ()
                for token in ("", *others):
                    response = await walk.ask(method, address(path, word), Client(client.cookies, token))
                    if not response.refused or written.changed - {"security_events"}:
                        wrong.append(
                            f"{path} by {walker or VISITOR}, {'another' if token else 'no'} token: {written.changed}"
                        )
                        written.changed.clear()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("walker", ["", *(pytest.param(name, marks=pytest.mark.audit) for name in WALKERS if name)])
async def test_other_methods_answer_nothing_and_head_answers_as_get(page_site: Site, walker: str) -> None:
    walk = await walkers(page_site)
    routes, rights = walk.routes(), declared()
    wrong: list[str] = []
    with unchanging(page_site) as written:
        for path, methods in routes.items():
            words = [word for _, known, word in rights if known == path]
            where, client = address(path, words[0]), walk.clients[walker]
            for method in METHODS:
                if method in methods:
                    continue
                response = await walk.ask(method, where, client)
                has_head = method == "HEAD" and path not in STREAMS
                expected = (await walk.ask("GET", where, client)).status if has_head else 405
                if response.status != expected or (method == "HEAD" and response.body):
                    wrong.append(f"{method} {path}: {response.status}, not {expected}; {len(response.body)} bytes")
    assert not wrong, "\n".join(wrong)
    assert not written.changed - {"security_events"}
