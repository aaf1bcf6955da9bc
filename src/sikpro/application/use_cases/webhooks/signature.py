"""Secrets and signatures of webhooks, by Standard Webhooks (https://www.standardwebhooks.com)."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import digest

from sikpro.application.ports.chance import Chance
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery

PREFIX = "whsec_"
"""Begins every secret."""


def new_secret(chance: Chance) -> str:
    """Return a new secret: 32 random bytes in Base64, after the prefix."""
    return PREFIX + b64encode(chance.random_bytes(32)).decode()


def signed_headers(webhook: Webhook, delivery: WebhookDelivery, now: datetime) -> Mapping[str, str]:
    """Return the headers that say which message this is, when it was sent, and that it is ours.

    While a secret before the present one still counts there are two signatures, the present one first.
    """
    seconds = str(int(now.timestamp()))
    secrets = [webhook.secret]
    if webhook.former and webhook.former_until is not None and now < webhook.former_until:
        secrets.append(webhook.former)
    content = f"{delivery.message_id}.{seconds}.{delivery.body}".encode()
    return {
        "content-type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return f"v1,{b64encode(digest(key, content, sha256)).decode()}"
