"""The page about webhooks lists every type of event, and its lines of Python verify what is sent."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sikpro.application.ports.webhooks import WebhookDelivery
from sikpro.application.use_cases.webhooks.signature import signed_headers
from sikpro.application.use_cases.webhooks.tell_webhooks import TYPES
from sikpro.testing.builders import NOON, SECRET, a_webhook

PAGE = (Path(__file__).parent.parent.parent / "docs" / "webhooks.md").read_text()


def test_the_table_has_every_type_of_event_in_their_order() -> None:
    assert re.findall(r"^\| `(order\.\w+)` \|", PAGE, re.MULTILINE) == list(TYPES)


def test_the_lines_of_python_verify_what_is_sent_and_nothing_else() -> None:
    [source] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)  # the example of our own page
    delivery = WebhookDelivery(
        id=1, webhook=1, order_id=7, kind="order.taken", message_id="msg_1", body="{}", due_at=NOON, created_at=NOON
    )
    headers = dict(signed_headers(a_webhook(1), delivery, datetime.fromtimestamp(time.time(), UTC)))
    is_from_sikpro = names["is_from_sikpro"]
    assert is_from_sikpro(SECRET, headers, b"{}")
    assert not is_from_sikpro(SECRET, headers, b"{ }")
    assert not is_from_sikpro(SECRET, dict(signed_headers(a_webhook(1), delivery, NOON)), b"{}")
