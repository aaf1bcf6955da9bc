"""The entries of a form, as text by name."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException

from sikpro.application.fields import FIELDS
from sikpro.application.use_cases.orders.understand_request import CONFIRMED
from sikpro.domain.text import storable


class BadForm(ClientException):
    """Raised for a form that cannot be read or has text that no database can save; `field` names the entry or is ""."""

    def __init__(self, field: str = "") -> None:
        super().__init__(detail=field)
        self.field = field


MOST_FIELDS = 5000
"""The most fields of a form; the largest form of ours has a few for each of a thousand rows."""

_BEFORE_0_2 = "seen"
"""What the entry `last_event` was called: pages that were open during the upgrade still send it."""


@frozen
class Form:
    """A form's entries."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return an entry as typed, "" if it is missing."""
        return self.values.get(name, "")

    def whole(self, name: str) -> int | None:
        """Return an entry as a whole number, None if it is not one."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None

    @property
    def last_event(self) -> int | None:
        """Return the newest journal id that the form's page had shown, None if the form does not say it."""
        return self.whole("last_event" if "last_event" in self.values else _BEFORE_0_2)

    def order_fields(self) -> dict[str, str]:
        """Return the order's fields in the form that `understand_request` takes.

        The button of a correction sends `use` as `field=value`; the checkbox of a doubt sends `confirmed`.
        """
        typed = {field.name: self.text(field.name) for field in FIELDS}
        name, equals, value = self.text("use").partition("=")
        if equals and name in typed:
            typed[name] = value
        return typed | {CONFIRMED: self.text("confirmed")}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Read a form without its files. Raises `BadForm` after it has kept the readable entries."""
    try:
        # The fields are counted before they become objects; for multipart the framework does that (1,000).
        if (
            request.content_type[0] == RequestEncodingType.URL_ENCODED
            and (await request.body()).count(b"&") >= MOST_FIELDS
        ):
            raise BadForm
        received = await request.form()
    except ClientException:
        raise
    except Exception as error:  # the multipart parser has its own errors, which mean nothing to the visitor
        raise BadForm from error
    values: dict[str, str] = {}
    bad: list[str] = []
    for name, value in received.multi_items():
        if isinstance(value, UploadFile):
            continue
        text = value if isinstance(value, str) else str(value)
        if "\x00" in text or not _encodable(text):
            bad.append(name if name.isidentifier() and name.isascii() else "")
        # Browsers send line breaks as CRLF.
        values.setdefault(storable(name), storable(text).replace("\r\n", "\n"))
    form = Form(values)
    request.scope["state"]["form"] = form
    if bad:
        raise BadForm(bad[0])
    return form


def form_read(request: Request[Any, Any, Any]) -> Form:
    """Return the form of this request, as far as it was read."""
    form = request.scope["state"].get("form")
    return form if isinstance(form, Form) else Form({})


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
