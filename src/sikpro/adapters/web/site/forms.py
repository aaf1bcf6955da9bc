"""What a form sends, as text by name."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

from sikpro.application.fields import FIELDS
from sikpro.application.use_cases.orders.understand_request import CONFIRMED
from sikpro.domain.text import storable


class BadForm(ClientException):
    """A form that cannot be read, or holds what no database keeps; `field` names the entry, where it is one."""

    def __init__(self, field: str = "") -> None:
        super().__init__(detail=field)
        self.field = field


@frozen
class Form:
    """A form's entries."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        """An entry as typed, "" when it is missing."""
        return self.values.get(name, "")

    def whole(self, name: str) -> int | None:
        """An entry as a whole number, None when it is none."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None

    def order_fields(self) -> dict[str, str]:
        """The order's fields as `understand_request` takes them.

        The button of a correction sends `use` as `field=value`; the box of a doubt sends `confirmed`.
        """
        typed = {field.name: self.text(field.name) for field in FIELDS}
        name, equals, value = self.text("use").partition("=")
        if equals and name in typed:
            typed[name] = value
        return typed | {CONFIRMED: self.text("confirmed")}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """Read a form; files are left out. Raises `BadForm`, after it has kept what can be given back."""
    try:
        received = await request.form()
    except ClientException:
        raise
    except Exception as error:  # the multipart parser has errors of its own, none of them the visitor's to read
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
    """The form that this request brought, as far as it was read."""
    form = request.scope["state"].get("form")
    return form if isinstance(form, Form) else Form({})


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
