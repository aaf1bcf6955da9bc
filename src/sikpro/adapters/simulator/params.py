"""The parameters of a Bot API call, from query, form, multipart or JSON."""

import json
from typing import Any

from attrs import field, frozen
from litestar import Request
from litestar.datastructures import State, UploadFile
from litestar.exceptions import HTTPException

# The largest number of SQLite is 2**63 - 1.
LARGEST = 2**62


class BotRefusal(Exception):
    """A refusal of the Bot API: an error code, a description and optional parameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> BotRefusal:
    """Return the usual refusal."""
    return BotRefusal(400, f"Bad Request: {description}")


@frozen
class Upload:
    """A file of a multipart call."""

    name: str
    mime: str
    content: bytes


@frozen
class Params:
    """Parameters by name; in a form all are text, objects and lists are JSON."""

    values: dict[str, Any]
    uploads: dict[str, Upload] = field(factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return a text; a number becomes text."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else str(value)

    def whole(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number, or the default if it is missing or invalid."""
        try:
            value = int(self.values[name])
        except (KeyError, ValueError, TypeError, OverflowError):
            return default
        return value if -LARGEST < value < LARGEST else default

    def yes(self, name: str) -> bool:
        """Return a truth value."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def json(self, name: str, default: Any) -> Any:
        """Return an object or a list."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else default
        except ValueError:
            raise bad(f"can't parse {name}: it is not JSON") from None


async def read_params(request: Request[Any, Any, State]) -> Params:
    """Read the parameters of a call. Raises `BotRefusal` for a body that cannot be read."""
    values: dict[str, Any] = dict(request.query_params.items())
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind == "application/json" and body:
        try:
            given = json.loads(body)
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(given, dict):
            raise bad("object expected as JSON")
        values |= given
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"} and body:
        try:
            form = await request.form()
        except HTTPException:
            raise bad("can't parse the form") from None
        uploads = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                uploads[name] = Upload(value.filename, value.content_type, await value.read())
            else:
                values[name] = value
        return Params(values, uploads)
    return Params(values)
