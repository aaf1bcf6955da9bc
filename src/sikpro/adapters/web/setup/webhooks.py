"""Webhooks: which there are, how they do, what is on its way to each, and the buttons for it."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery, WebhookState
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS
from sikpro.application.use_cases.webhooks.keep_webhooks import (
    WHERE,
    TypedWebhook,
    add_webhook,
    change_webhook,
    remove_webhook,
    renew_secret,
    resend_delivery,
    resend_failed,
    switch_webhook,
    try_webhook,
)
from sikpro.application.use_cases.webhooks.tell_webhooks import TYPES
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.people import Permission, Person

PAGE = 50
_FRESH = TypedWebhook(name="", url="")


@frozen(kw_only=True)
class _WebhookPage:
    """The view model of one webhook. `secret` is shown only in the answer that made it."""

    webhook: Webhook
    counts: Mapping[WebhookState, int]
    deliveries: tuple[WebhookDelivery, ...]
    next: str
    first: str
    state: str


class WebhooksController(Controller):
    """The list, and one webhook with its deliveries."""

    path = WHERE
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show all webhooks and the form for a new one."""
        return await _list(request, pages, parts, _FRESH)

    @post(guards=[AsksAgain()])
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make a webhook; only this response shows its secret."""
        now, typed = parts.clock.now(), _typed(form)
        try:
            webhook = await parts.transactions.write(lambda uow: add_webhook(uow, typed, me, now))
        except DomainError as error:
            return await _list(request, pages, parts, typed, error)
        return await _one(request, pages, parts, webhook.id, secret=webhook.secret)

    @get("/{webhook_id:int}")
    async def show_one(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show a webhook with its deliveries."""
        return await _one(request, pages, parts, webhook_id)

    @post("/{webhook_id:int}", guards=[AsksAgain()])
    async def change(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Change a webhook, or show the errors at their entries."""
        now, typed = parts.clock.now(), _typed(form)
        try:
            await parts.transactions.write(lambda uow: change_webhook(uow, webhook_id, typed, me, now))
        except InvalidFields as error:
            return await _one(request, pages, parts, webhook_id, typed=typed, error=error)
        visit.toast("webhook_kept")
        return go(request, f"{WHERE}/{webhook_id}")

    @post("/{webhook_id:int}/active")
    async def switch(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Turn a webhook off or on."""
        now, active = parts.clock.now(), form.text("active") == "yes"
        await parts.transactions.write(lambda uow: switch_webhook(uow, webhook_id, me, now, active=active))
        visit.toast("webhook_on" if active else "webhook_off")
        return go(request, f"{WHERE}/{webhook_id}")

    @post("/{webhook_id:int}/secret", guards=[AsksAgain()])
    async def renew(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Renew the secret; only this response shows it."""
        now = parts.clock.now()
        webhook = await parts.transactions.write(lambda uow: renew_secret(uow, webhook_id, me, now))
        return await _one(request, pages, parts, webhook_id, secret=webhook.secret)

    @post("/{webhook_id:int}/remove")
    async def remove(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Remove a webhook with its deliveries."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: remove_webhook(uow, webhook_id, me, now))
        visit.toast("webhook_removed")
        return go(request, WHERE)

    @post("/{webhook_id:int}/try")
    async def send_test(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Send a test event."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: try_webhook(uow, webhook_id, me, now))
        visit.toast("webhook_tried")
        return go(request, f"{WHERE}/{webhook_id}")

    @post("/{webhook_id:int}/resend")
    async def resend_all(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Send all failed deliveries again."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: resend_failed(uow, webhook_id, me, now))
        visit.toast("webhook_resent")
        return go(request, f"{WHERE}/{webhook_id}")

    @post("/{webhook_id:int}/deliveries/{delivery_id:int}/resend")
    async def resend_one(
        self,
        request: Request[Any, Any, Any],
        webhook_id: FromPath[int],
        delivery_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Send a failed delivery again."""
        now = parts.clock.now()
        await parts.transactions.write(lambda uow: resend_delivery(uow, webhook_id, delivery_id, me, now))
        visit.toast("webhook_resent")
        return go(request, f"{WHERE}/{webhook_id}")


def _typed(form: Form) -> TypedWebhook:
    kinds = [kind for kind in TYPES if form.text(f"kind-{kind}")]
    return TypedWebhook(name=form.text("name"), url=form.text("url"), kinds=kinds)


async def _list(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: TypedWebhook,
    error: DomainError | None = None,
) -> Response[str]:
    webhooks, counts = await parts.transactions.read(lambda uow: (uow.webhooks.all(), uow.webhooks.counts()))
    return pages.page(
        request,
        "setup/webhooks.html",
        status=status_of(error) if error else 200,
        webhooks=[(webhook, counts.get(webhook.id, {})) for webhook in webhooks],
        typed=typed,
        errors=error.errors if isinstance(error, InvalidFields) else {},
        error=None if isinstance(error, InvalidFields) else error,
        types=TYPES,
        kinds=KINDS,
    )


async def _one(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    webhook_id: int,
    *,
    typed: TypedWebhook | None = None,
    error: InvalidFields | None = None,
    secret: str = "",
) -> Response[str]:
    before, state = _wanted(request)

    def read(uow: UnitOfWork) -> _WebhookPage:
        webhook = uow.webhooks.get(webhook_id)
        found = uow.webhooks.page(webhook_id, state, before=before, limit=PAGE + 1)
        here = f"{WHERE}/{webhook_id}?" + (f"state={state}&" if state else "")
        return _WebhookPage(
            webhook=webhook,
            counts=uow.webhooks.counts().get(webhook_id, {}),
            deliveries=found[:PAGE],
            next=f"{here}before={found[PAGE - 1].id}" if len(found) > PAGE else "",
            first=here.rstrip("?&") if before else "",
            state=state or "",
        )

    view = await parts.transactions.read(read)
    one = view.webhook
    return pages.page(
        request,
        "setup/webhook.html",
        status=status_of(error) if error else 200,
        view=view,
        secret=secret,
        typed=typed or TypedWebhook(name=one.name, url=one.url, kinds=one.kinds),
        errors=error.errors if error else {},
        types=TYPES,
        states=tuple(WebhookState),
        kinds=KINDS,
    )


def _wanted(request: Request[Any, Any, Any]) -> tuple[int | None, WebhookState | None]:
    before, state = request.query_params.get("before", ""), request.query_params.get("state", "")
    if len(before) > 18 or (before and not (before.isascii() and before.isdecimal())):
        raise NotFoundException
    if state and state not in set(WebhookState):
        raise NotFoundException
    return (int(before) if before else None), (WebhookState(state) if state else None)
