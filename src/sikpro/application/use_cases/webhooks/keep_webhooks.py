"""Webhooks: admins make, change, try and remove them, and send again what failed."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from attrs import evolve, frozen

from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.ports.webhooks import TURNED_OFF, Webhook
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.application.use_cases.webhooks.signature import new_secret
from sikpro.application.use_cases.webhooks.tell_webhooks import TEST, TYPES
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

MOST_WEBHOOKS = 20
"""How many webhooks there may be: each costs a row for every event."""

NAME_LIMIT = 80
URL_LIMIT = 1000

BOTH_SECRETS = timedelta(hours=24)
"""How long the secret before a renewal still signs too."""

WHERE = "/settings/webhooks"
_NO_URL = re.compile(r"[\s\x00-\x1f\x7f\\]")


@frozen(kw_only=True)
class TypedWebhook:
    """What somebody typed of a webhook."""

    name: str
    url: str
    kinds: Collection[str] = ()


def add_webhook(uow: UnitOfWork, typed: TypedWebhook, by: Person, now: datetime) -> Webhook:
    """Make a webhook and return it with its secret, which no page shows afterwards.

    Raises `NotPermitted`, `InvalidFields`; `InvalidValue`: `webhook.too_many` beside `MOST_WEBHOOKS` others.
    """
    by.must(Permission.ADMINISTER)
    name, url, kinds = _understood(typed)
    if len(uow.webhooks.all()) >= MOST_WEBHOOKS:
        raise InvalidValue("webhook.too_many", str(MOST_WEBHOOKS))
    secret = new_secret(uow.chance)
    webhook = uow.webhooks.add(Webhook(name=name, url=url, secret=secret, kinds=kinds, made_by=by.id, made_at=now))
    _record(uow, EventKind.WEBHOOK_MADE, webhook, by, now, _summary(webhook))
    return webhook


def change_webhook(uow: UnitOfWork, webhook_id: int, typed: TypedWebhook, by: Person, now: datetime) -> Webhook:
    """Change name, address and types of events; what is on its way goes to the new address.

    Raises `NotPermitted`, `NotFound`, `InvalidFields`.
    """
    by.must(Permission.ADMINISTER)
    before = uow.webhooks.get(webhook_id)
    name, url, kinds = _understood(typed)
    webhook = evolve(before, name=name, url=url, kinds=kinds)
    if webhook != before:
        uow.webhooks.change(webhook)
        _record(uow, EventKind.WEBHOOK_CHANGED, webhook, by, now, _summary(webhook))
    return webhook


def switch_webhook(uow: UnitOfWork, webhook_id: int, by: Person, now: datetime, *, active: bool) -> Webhook:
    """Turn a webhook off or on. What is on its way when it is turned off fails. Raises `NotPermitted`, `NotFound`."""
    by.must(Permission.ADMINISTER)
    before = uow.webhooks.get(webhook_id)
    if before.active == active:
        return before
    webhook = evolve(before, active=active, reason="")
    uow.webhooks.change(webhook)
    if not active:
        uow.webhooks.end_all(webhook_id, TURNED_OFF, now)
    _record(uow, EventKind.WEBHOOK_CHANGED, webhook, by, now, "on" if active else "off")
    return webhook


def renew_secret(uow: UnitOfWork, webhook_id: int, by: Person, now: datetime) -> Webhook:
    """Give a webhook a new secret and return it; the one before signs too for `BOTH_SECRETS`.

    Raises `NotPermitted`, `NotFound`.
    """
    by.must(Permission.ADMINISTER)
    before = uow.webhooks.get(webhook_id)
    webhook = evolve(before, secret=new_secret(uow.chance), former=before.secret, former_until=now + BOTH_SECRETS)
    uow.webhooks.change(webhook)
    _record(uow, EventKind.WEBHOOK_CHANGED, webhook, by, now, "secret")
    return webhook


def remove_webhook(uow: UnitOfWork, webhook_id: int, by: Person, now: datetime) -> Webhook:
    """Remove a webhook with its deliveries, and return it. Raises `NotPermitted`, `NotFound`."""
    by.must(Permission.ADMINISTER)
    webhook = uow.webhooks.get(webhook_id)
    uow.webhooks.remove(webhook_id)
    _record(uow, EventKind.WEBHOOK_REMOVED, webhook, by, now, _summary(webhook))
    return webhook


def try_webhook(uow: UnitOfWork, webhook_id: int, by: Person, now: datetime) -> Webhook:
    """Send a test event to a webhook. Raises `NotPermitted`, `NotFound`; `InvalidValue`: `webhook.is_off`."""
    by.must(Permission.ADMINISTER)
    webhook = _active(uow, webhook_id)
    body = msgspec.json.encode({"type": TEST, "timestamp": now, "data": {"webhook": webhook.name}}).decode()
    uow.webhooks.queue(webhook_id, TEST, body, now, order_id=None)
    uow.announce(Hint(Kind.WEBHOOK))
    return webhook


def resend_delivery(uow: UnitOfWork, webhook_id: int, delivery_id: int, by: Person, now: datetime) -> bool:
    """Send a failed delivery again; return False if it is not failed any more.

    Raises `NotPermitted`, `NotFound`, also for a delivery of another webhook; `InvalidValue`: `webhook.is_off`.
    """
    by.must(Permission.ADMINISTER)
    _active(uow, webhook_id)
    if uow.webhooks.delivery(delivery_id).webhook != webhook_id:
        raise NotFound(what="webhook_delivery", name=str(delivery_id))
    uow.announce(Hint(Kind.WEBHOOK))
    return uow.webhooks.resend(delivery_id, now)


def resend_failed(uow: UnitOfWork, webhook_id: int, by: Person, now: datetime) -> int:
    """Send all failed deliveries of a webhook again, and return how many. Raises as `resend_delivery`."""
    by.must(Permission.ADMINISTER)
    _active(uow, webhook_id)
    uow.announce(Hint(Kind.WEBHOOK))
    return uow.webhooks.resend_all(webhook_id, now)


def _active(uow: UnitOfWork, webhook_id: int) -> Webhook:
    webhook = uow.webhooks.get(webhook_id)
    if not webhook.active:
        raise InvalidValue("webhook.is_off", webhook.name)
    return webhook


def _understood(typed: TypedWebhook) -> tuple[str, str, frozenset[str]]:
    errors: dict[str, DomainError] = {}
    name, url, kinds = one_line(typed.name), typed.url.strip(), frozenset(typed.kinds)
    if not name or len(name) > NAME_LIMIT:
        errors["name"] = InvalidValue("name.length", name)
    if wrong := _wrong_url(url):
        errors["url"] = InvalidValue(wrong, url)
    if unknown := kinds - set(TYPES):
        errors["kinds"] = InvalidValue("webhook.kind", min(unknown))
    if errors:
        raise InvalidFields(errors)
    return name, url, frozenset() if kinds == set(TYPES) else kinds


def _wrong_url(url: str) -> str:
    """Return what is wrong with an address, as a code; "" for nothing. Where it leads is judged when it is used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "webhook.url"
    if "@" in parts.netloc:
        return "webhook.url_password"
    usable = parts.scheme in {"http", "https"} and parts.hostname and port != 0 and not parts.fragment
    return "" if usable and len(url) <= URL_LIMIT and not _NO_URL.search(url) else "webhook.url"


def _record(uow: UnitOfWork, kind: EventKind, webhook: Webhook, by: Person, now: datetime, said: str) -> None:
    facts: Mapping[str, str] = {"name": webhook.name, "said": said}
    uow.journal.note(kind.value, str(webhook.id), by.id, now, facts)
    record_event(uow, kind, by, now, object=f"{WHERE}/{webhook.id}", details=f"{webhook.name}: {said}")


def _summary(webhook: Webhook) -> str:
    """Return what a webhook is, for the record; an address may carry a token of the other side, so only its host."""
    host = urlsplit(webhook.url).netloc
    return f"{host} ({', '.join(sorted(webhook.kinds)) or '*'})"
