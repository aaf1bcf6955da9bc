"""Photos of an order: on its page, to those who may see it, and never as anything but a picture."""

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.downloads import media_type
from sikpro.domain.order import Order
from sikpro.testing.builders import NOON
from tests.integration.web.console import ROLES, Site
from tests.unit.web.test_picture_metadata import picture

JPEG = b"\xff\xd8\xff\xc0\x00\x05abc\xff\xda\x00\x02picture\xff\xd9"
PLACED = b"\xff\xd8\xff\xe1\x00\x0eExif\x00\x00-7.447" + JPEG[2:]
"""The same, with the place where it was taken."""


def photo(site: Site, order: Order, content: bytes | None = JPEG, media_type: str = "image/jpeg") -> int:
    """A photo of an order: fetched, or with None still wanted."""

    def work(uow: UnitOfWork) -> int:
        known = uow.files.of_order(order.id)
        file_id = uow.files.want(
            order_id=order.id,
            chat_id=700,
            message_id=len(known) + 1,
            transport="bot_api",
            reference="f",
            kind="photo",
            name="<b>label</b>.jpg",
            size=None,
            at=NOON,
        )
        if content is not None:
            uow.files.keep(file_id, content, media_type)
        return file_id

    return site.store.write(work)


def test_a_photo_is_shown_on_its_orders_page_and_comes_as_it_was(site: Site) -> None:
    order = site.order()
    file_id = photo(site, order)
    helpdesk = site.logged_in("rina")

    assert f'src="/files/{file_id}"' in helpdesk.get(f"/orders/{order.id}").text
    response = helpdesk.get(f"/files/{file_id}")

    assert (response.content, response.headers["content-type"]) == (JPEG, "image/jpeg")
    assert helpdesk.get(f"/files/{photo(site, order, PLACED)}").content == JPEG, "without the place where it was taken"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "private" in response.headers["cache-control"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<script>alert(1)</script>", "application/octet-stream"),
        (b"<svg onload=alert(1)>", "image/svg+xml"),
        (b"\xff\xd8\xff<script>alert(1)</script>", "image/jpeg"),
    ],
)
def test_what_is_no_picture_is_downloaded_and_never_shown_as_a_page(
    page_site: Site, content: bytes, media_type: str
) -> None:
    site = page_site
    order = site.order()
    file_id = photo(site, order, content, media_type)
    helpdesk = site.logged_in("rina")

    assert f'"/files/{file_id}"' in helpdesk.get(f"/orders/{order.id}").text
    assert "<b>label</b>" not in helpdesk.get(f"/orders/{order.id}").text
    response = helpdesk.get(f"/files/{file_id}")
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["content-type"] == "application/octet-stream"


def test_a_photo_that_browsers_do_not_show_is_downloaded_without_the_place_where_it_was_taken(page_site: Site) -> None:
    order = page_site.order()
    avif = picture("avif")
    heic = avif.replace(b"ftypavif", b"ftypheic", 1)
    assert b"-7.4478" in heic
    helpdesk = page_site.logged_in("rina")
    for content, kind, how in ((avif, "image/avif", "inline"), (heic, "image/heic", "attachment")):
        file_id = photo(page_site, order, content, media_type(content))
        response = helpdesk.get(f"/files/{file_id}")
        assert (response.headers["content-type"], response.headers["content-disposition"].split(";")[0]) == (kind, how)
        assert b"-7.4478" not in response.content
        shown = f'src="/files/{file_id}"' in helpdesk.get(f"/orders/{order.id}").text
        assert shown == (how == "inline")


def test_a_photo_on_its_way_and_one_that_is_gone_say_so(site: Site) -> None:
    order = site.order()
    wanted, gone = photo(site, order, None), photo(site, order, None)
    site.store.write(lambda uow: uow.files.give_up(gone, "gone"))
    helpdesk = site.logged_in("rina")

    page = helpdesk.get(f"/orders/{order.id}").text

    assert "Sedang diambil dari Telegram" in page
    assert "Sudah tidak ada di Telegram" in page
    assert [helpdesk.get(f"/files/{file_id}").status_code for file_id in (wanted, gone, 404, 2**60)] == [404] * 4


@pytest.mark.parametrize("username", [*ROLES, ""])
def test_a_photo_is_for_those_who_may_see_its_order(site: Site, username: str) -> None:
    order = site.order()
    file_id = photo(site, order)
    visitor = site.logged_in(username) if username else site.visitor()

    assert visitor.get(f"/files/{file_id}").status_code == (200 if username else 303)


def test_a_deleted_orders_photo_is_an_admins_to_see(site: Site) -> None:
    order = site.order()
    file_id = photo(site, order)
    leader = site.logged_in("bagus")
    leader.get(f"/orders/{order.id}")
    leader.post(f"/orders/{order.id}/delete", {"reason": "salah kirim"})

    assert leader.get(f"/files/{file_id}").status_code == 404
    assert site.logged_in("admin").get(f"/files/{file_id}").status_code == 200
