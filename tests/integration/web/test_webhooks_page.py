"""Webhooks on their page: made, tried, renewed, sent again, turned off and removed by the buttons."""

import re

from sikpro.application.ports.webhooks import WebhookState
from tests.integration.web.console import Site

HERE = "/settings/webhooks"
SHOWN = re.compile(r'data-copy="(whsec_[^"]{44})"')
TYPED = {"name": "Gudang <b>", "url": "https://gudang.example/hook", "kind-order.taken": "1"}


def test_a_webhook_is_made_tried_sent_again_and_removed_by_its_buttons(site: Site) -> None:
    admin = site.logged_in("admin")
    assert "Belum ada webhook" in admin.get(HERE).text
    [secret] = SHOWN.findall(admin.post(HERE, TYPED).text)
    (webhook,) = site.store.read(lambda uow: uow.webhooks.all())
    assert (webhook.secret, webhook.kinds) == (secret, frozenset({"order.taken"}))
    one = f"{HERE}/{webhook.id}"
    page = admin.get(one).text
    assert secret not in page
    assert "Gudang &lt;b&gt;" in page

    assert admin.post(f"{one}/try").headers["location"] == one
    assert admin.post(f"{one}/active", {"active": "no"}).headers["location"] == one
    page = admin.get(f"{one}?state=failed").text
    assert "webhook dimatikan" in page
    assert "Webhook ini mati" in page
    admin.post(f"{one}/active", {"active": "yes"})
    (delivery,) = site.store.read(lambda uow: uow.webhooks.page(webhook.id, None, before=None, limit=9))
    assert f"{one}/deliveries/{delivery.id}/resend" in admin.get(one).text
    admin.post(f"{one}/deliveries/{delivery.id}/resend")
    assert site.store.read(lambda uow: uow.webhooks.delivery(delivery.id)).state is WebhookState.QUEUED
    admin.post(f"{one}/resend")

    [renewed] = SHOWN.findall(admin.post(f"{one}/secret").text)
    assert renewed != secret
    admin.post(one, TYPED | {"name": "Depot"})
    assert "Depot" in admin.get(HERE).text
    assert admin.post(f"{one}/remove").headers["location"] == HERE
    assert admin.get(one).status_code == 404


def test_what_is_wrong_is_said_beside_what_was_typed(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    admin.get(HERE)
    answer = admin.post(HERE, TYPED | {"url": "https://rina:x@gudang.example/"})
    assert answer.status_code == 422
    assert "tidak boleh memuat nama pengguna" in answer.text
    assert 'value="Gudang &lt;b&gt;"' in answer.text


def test_an_address_of_the_page_that_nobody_links_to_is_not_found(page_site: Site) -> None:
    admin = page_site.logged_in("admin")
    admin.get(HERE)
    admin.post(HERE, TYPED)
    (webhook,) = page_site.store.read(lambda uow: uow.webhooks.all()[-1:])
    for query in ("before=x", "before=-1", "state=lost", f"before={'9' * 40}"):
        assert admin.get(f"{HERE}/{webhook.id}?{query}").status_code == 404
