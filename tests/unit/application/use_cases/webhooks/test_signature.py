"""The signature is the one of Standard Webhooks, as somebody else verifies it."""

import base64
import hashlib
import hmac
from datetime import timedelta

from attrs import evolve

from sikpro.application.ports.chance import Chance
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery
from sikpro.application.use_cases.webhooks.signature import new_secret, signed_headers
from sikpro.testing.builders import NOON, SECRET, a_webhook, after

BODY = '{"type":"order.taken","data":"😀"}'


def a_delivery() -> WebhookDelivery:
    return WebhookDelivery(
        id=1, webhook=1, order_id=7, kind="order.taken", message_id="msg_1", body=BODY, due_at=NOON, created_at=NOON
    )


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md says."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(one, expected) for version, one in given)


def headers_of(webhook: Webhook, minutes: float = 0) -> dict[str, str]:
    return dict(signed_headers(webhook, a_delivery(), after(minutes)))


def test_who_has_the_secret_can_verify_it_and_nobody_else() -> None:
    headers = headers_of(a_webhook(1))
    assert verified(SECRET, headers, BODY.encode())
    assert not verified(new_secret(Chance()), headers, BODY.encode())
    assert not verified(SECRET, headers, BODY.encode() + b" ")
    assert not verified(SECRET, headers | {"webhook-id": "msg_2"}, BODY.encode())
    assert not verified(SECRET, headers | {"webhook-timestamp": "1"}, BODY.encode())


def test_the_example_of_the_standards_own_libraries_has_the_same_signature() -> None:
    webhook = a_webhook(1, secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    delivery = evolve(a_delivery(), message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", body='{"test": 2432232314}')
    at = NOON.fromtimestamp(1614265330, tz=NOON.tzinfo)
    headers = signed_headers(webhook, delivery, at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_try_has_the_same_id_and_its_own_time() -> None:
    first, second = headers_of(a_webhook(1)), headers_of(a_webhook(1), minutes=5)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300


def test_after_a_renewal_both_secrets_verify_for_a_while() -> None:
    former = new_secret(Chance())
    webhook = a_webhook(1, former=former, former_until=NOON + timedelta(hours=24))
    for minutes, still in ((0, True), (24 * 60 - 1, True), (24 * 60, False)):
        headers = headers_of(webhook, minutes)
        assert verified(SECRET, headers, BODY.encode())
        assert verified(former, headers, BODY.encode()) is still


def test_a_secret_has_thirty_two_bytes() -> None:
    assert len(base64.b64decode(new_secret(Chance()).removeprefix("whsec_"))) == 32
