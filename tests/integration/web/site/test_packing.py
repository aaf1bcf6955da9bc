"""Answers are small where that tells nobody anything, and a live refresh of the same content has no text."""

import gzip
import re
from typing import Any

import httpx
import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Role
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import connected, log_in

GZIP = {"accept-encoding": "gzip"}
LIVE = {"hx-request": "true", "x-live": "1"}


def ask(visitor: Visitor, path: str = "/orders", **headers: str) -> httpx.Response:
    """Fetch with headers whose names have `_` for `-`."""
    return visitor.client.get(
        path, headers={"accept-encoding": "", **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def live(visitor: Visitor, tag: str = "") -> httpx.Response:
    """Fetch the queue as an open page does by itself."""
    return ask(visitor, **LIVE, **({"if-none-match": tag} if tag else {}))


def test_a_page_is_compressed_for_who_takes_it_and_says_on_what_that_depends(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    with rina.client.stream("GET", "/orders", headers=GZIP) as packed:
        raw = b"".join(packed.iter_raw())
    plain = ask(rina)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(raw))
    assert len(raw) < len(plain.content) / 3
    assert gzip.decompress(raw).startswith(b"<!doctype html>")
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.headers["vary"] == "accept-encoding, sec-fetch-site"
        assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in ask(rina, accept_encoding="gzip;q=0, identity").headers


@pytest.mark.parametrize(
    ("origin", "small"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)]
)
def test_the_size_of_an_answer_that_another_site_caused_tells_nothing(
    page_site: Site, origin: str, small: bool
) -> None:
    answer = ask(page_site.logged_in("rina"), "/orders?q=guess", **GZIP, sec_fetch_site=origin)
    assert ("content-encoding" in answer.headers) is small


def test_the_token_of_forms_is_another_text_in_each_answer_and_each_is_good(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    tokens = set()
    for _ in range(3):
        rina.get("/orders")
        tokens.add(rina.csrf)
        assert rina.post("/language", {"language": "id"}).status_code == 303
    assert len(tokens) == 3
    half = len(rina.csrf) // 2
    assert rina.client.post("/language", data={"csrf": "0" * half + rina.csrf[half:]}).status_code == 403


def test_streams_and_files_go_through_as_they_are(page_site: Site) -> None:
    rina = page_site.logged_in("rina")
    with rina.client.stream("GET", "/live", headers=GZIP) as stream:
        assert "content-encoding" not in stream.headers
    assert "etag" not in ask(rina).headers, "only what an open page fetches by itself has a tag"


def test_a_static_text_is_compressed_and_cached_and_a_picture_is_left_alone(page_site: Site) -> None:
    visitor = page_site.visitor()
    page = visitor.get("/login").text
    style = re.findall(r'href="(/static/[^"]+\.css)"', page)[0]
    for path, small in ((style, True), ("/static/x/site/icon-192.png", False)):
        answer = ask(visitor, path, **GZIP)
        assert answer.status_code == 200
        assert (answer.headers.get("content-encoding") == "gzip") is small
        assert ("vary" in answer.headers) is small


def test_a_refresh_that_changes_nothing_has_no_text_and_one_that_changes_something_has(page_site: Site) -> None:
    order, rina = page_site.order(), page_site.logged_in("rina")
    first = live(rina)
    again = live(rina, first.headers["etag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["cache-control"] == "no-store"
    page_site.logged_in("tono").post(f"/orders/{order.id}/take")
    changed = live(rina, first.headers["etag"])
    assert changed.status_code == 200
    assert "Tono" in changed.text


def test_a_tag_is_good_for_one_session_alone(page_site: Site) -> None:
    page_site.order()
    first = live(page_site.logged_in("rina"))
    for other in (page_site.logged_in("tono"), page_site.logged_in("rina")):
        assert live(other, first.headers["etag"]).status_code == 200


def test_a_right_that_was_taken_away_is_not_answered_by_nothing_changed(page_site: Site) -> None:
    page_site.order()
    rina = page_site.logged_in("rina")
    first = live(rina)

    def become(**change: Any) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.people.save(evolve(uow.people.get(page_site.people["rina"].id), **change))

        page_site.store.write(work)

    become(role=Role.SUPERVISOR)
    fewer = live(rina, first.headers["etag"])
    assert fewer.status_code == 200
    assert "/take" in first.text
    assert "/take" not in fewer.text
    become(active=False)
    assert live(rina, fewer.headers["etag"]).status_code not in {200, 304}


def test_an_open_page_says_what_it_shows_and_forgets_it_when_something_else_changed_it(
    page_site: Site, new_page: NewPage
) -> None:
    page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page)
    connected(page)
    page.wait_for_timeout(300)  # the fetch on connecting

    def refresh() -> int:
        with page.expect_response(lambda answer: answer.request.headers.get("x-live") == "1") as answered:
            page.evaluate("htmx.trigger('#queue', 'refresh')")
        answered.value.finished()
        page.wait_for_timeout(100)
        return answered.value.status

    refresh()
    assert refresh() == 304
    page.evaluate("document.querySelector('#queue .order-number').textContent = 'SC0'")
    assert refresh() == 200
    assert page.get_by_role("link", name="SC32232558").count() == 1
