"""Common parts of the scripts under `/simulator/api`: reading bodies, answers and refusals."""

import base64
import json
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State, UploadFile
from litestar.exceptions import HTTPException

from sikpro.adapters.simulator.media import Picked
from sikpro.adapters.simulator.world import Refused

AnyRequest = Request[Any, Any, State]
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}
_NUMBERS = ("chat", "reply_to", "captioned")


def answer(body: object, status: int = 200) -> Response[bytes]:
    """Return JSON in ASCII with escapes, so that any text survives."""
    return Response(json.dumps(body).encode(), status_code=status, media_type="application/json")


def refused(_: AnyRequest, refusal: Refused) -> Response[bytes]:
    """Return a refusal as JSON with its sentence."""
    return answer({"detail": refusal.sentence}, refusal.status)


async def given(request: AnyRequest) -> dict[str, Any]:
    """Return the JSON object of a body. Raises `Refused`."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise Refused(422, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused(422, "The body is not a JSON object.")
    return body


def take(body: dict[str, Any], name: str, kind: type, *, needed: bool = False) -> Any:
    """Return a field of the right kind, or None. Raises `Refused`."""
    value = body.get(name)
    if value is None and not needed:
        return None
    if kind is float and isinstance(value, int):
        value = float(value) if abs(value) < 2**62 else value
    if not isinstance(value, kind) or (kind in (int, float) and isinstance(body[name], bool)):
        raise Refused(422, f"{name} has to be {_WORDS[kind]}.")
    if isinstance(value, int) and not -(2**62) < value < 2**62:
        raise Refused(422, f"{name} is too large.")
    return value


def number(request: AnyRequest, name: str, or_else: int) -> int:
    """Return a whole number of the query. Raises `Refused`."""
    try:
        value = int(request.query_params.get(name, str(or_else)))
    except ValueError:
        raise Refused(422, f"{name} has to be a whole number.") from None
    if not -(2**62) < value < 2**62:
        raise Refused(422, f"{name} is too small or too large.")
    return value


async def uploads(request: AnyRequest, name: str) -> tuple[list[Picked], dict[str, Any]]:
    """Return the files with a name, and the other fields. Raises `Refused`.

    A multipart form has uploads. JSON has base64, one text or a list, with the fields `mime` and `file_name`.
    """
    if request.headers.get("content-type", "").startswith("multipart/"):
        try:
            form = await request.form()
        except HTTPException:
            raise Refused(422, "The form cannot be read.") from None
        files, fields = [], {}
        for key, value in form.multi_items():
            if isinstance(value, UploadFile) and key == name:
                files.append(Picked(await value.read(), value.content_type, value.filename))
            elif isinstance(value, str):
                fields[key] = int(value) if value.lstrip("-").isdecimal() and key in _NUMBERS else value
        return files, {key: value for key, value in fields.items() if value != ""}
    body = await given(request)
    encoded = body.get(name)
    mime, named = take(body, "mime", str) or "image/jpeg", take(body, "file_name", str) or ""
    try:
        texts = encoded if isinstance(encoded, list) else [take(body, name, str, needed=True)]
        return [Picked(base64.b64decode(text, validate=True), mime, named) for text in texts], body
    except (ValueError, TypeError):
        raise Refused(422, f"{name} has to be base64.") from None
