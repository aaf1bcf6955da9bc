"""The stream of what changed: it says which orders, and goes on where it broke off."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

import httpx

from tests.integration.loopback import NO_TLS
from tests.integration.web.api.client import BASE, Script, code_of, script_of
from tests.integration.web.console import Site

Event = dict[str, str]


@contextmanager
def stream(script: Script, after: str = "") -> Iterator[Iterator[Event]]:
    """The events of one connection, without pings."""
    headers = {"authorization": f"Bearer {script.token}", **({"last-event-id": after} if after else {})}
    address = f"{script.site.url}{BASE}/events"
    with httpx.stream("GET", address, headers=headers, timeout=20, verify=NO_TLS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events_in(answer.iter_lines())


def events_in(lines: Iterator[str]) -> Iterator[Event]:
    event: Event = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            event[name] = value.strip()
        elif event.get("event") not in {None, "ping"}:
            yield event
            event = {}


def test_a_change_of_an_order_is_named_and_what_was_missed_meanwhile_follows(page_site: Site) -> None:
    rina = script_of(page_site, "rina", "read")
    worker = script_of(page_site, "tono")
    with stream(rina) as events:
        assert next(events)["event"] == "connected"
        first = worker.register("SC10000001")["id"]
        changed = next(events)
        assert (changed["event"], changed["data"]) == ("order", str(first))
        place = next(one["id"] for one in chain([changed], events) if "id" in one)
    missed = worker.register("SC10000002")["id"]
    with stream(rina, place) as events:
        assert next(events)["event"] == "resumed"
        assert (missing := next(events))["event"] == "order"
        assert str(missed) in missing["data"].split()


def test_a_place_that_is_not_known_begins_anew(page_site: Site) -> None:
    with stream(script_of(page_site, "rina"), "nothing-of-ours") as events:
        assert next(events)["event"] == "connected"


def test_the_stream_is_for_who_has_a_token_and_its_head_ends(page_site: Site) -> None:
    assert code_of(Script(page_site, "").get("/events")) == "api.token.missing"
    assert script_of(page_site, "rina").ask("HEAD", "/events").status_code == 405
