"""The Bot API's endpoints: the methods, the token, and answers in Telegram's format."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Request, Response, route
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.simulator import polling, sending
from sikpro.adapters.simulator.params import BotRefusal, Params, read_params
from sikpro.adapters.simulator.world import World

METHODS: Mapping[str, Callable[[World, Params], Awaitable[Any]]] = {
    "getme": sending.get_me,
    "getupdates": polling.get_updates,
    "setwebhook": polling.set_webhook,
    "deletewebhook": polling.delete_webhook,
    "getwebhookinfo": polling.get_webhook_info,
    "setmycommands": polling.set_my_commands,
    "getmycommands": polling.get_my_commands,
    "deletemycommands": polling.delete_my_commands,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "editmessagetext": sending.edit_message_text,
    "editmessagereplymarkup": sending.edit_message_reply_markup,
    "setmessagereaction": sending.set_message_reaction,
    "answercallbackquery": sending.answer_callback_query,
    "getfile": sending.get_file,
}


def telegram_answer(code: int, body: Mapping[str, Any]) -> Response[bytes]:
    """Return JSON as the Bot API writes it: ASCII with escapes, so that any text survives."""
    return Response(json.dumps(body).encode(), status_code=code, media_type="application/json")


@route("/bot/{token:str}/{method:str}", http_method=["GET", "POST"])
async def call_method(
    request: Request[Any, Any, State], token: FromPath[str], method: FromPath[str], world: NamedDependency[World]
) -> Response[bytes]:
    """Call one method of the Bot API."""
    try:
        _authorise(world, token)
        call = METHODS.get(method.lower())
        if call is None:
            raise BotRefusal(404, "Not Found: method not found")
        result = await call(world, await read_params(request))
    except BotRefusal as refusal:
        body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
        return telegram_answer(refusal.code, body | ({"parameters": refusal.parameters} if refusal.parameters else {}))
    return telegram_answer(200, {"ok": True, "result": result})


@route("/file/bot/{token:str}/{path:path}", http_method=["GET"])
async def fetch_file(token: FromPath[str], path: FromPath[str], world: NamedDependency[World]) -> Response[bytes]:
    """Fetch a file by the path from getFile."""
    found = world.store.file(path=str(path).lstrip("/"))
    if not hmac.compare_digest(token.encode(), world.token.encode()) or found is None:
        return telegram_answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
    return Response(found[4], media_type="application/octet-stream")


def _authorise(world: World, token: str) -> None:
    if not hmac.compare_digest(token.encode(), world.token.encode()):
        raise BotRefusal(401, "Unauthorized")
