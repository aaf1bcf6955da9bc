"""The methods of the API that a bot calls, each a function of the call and its request."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from telethon.tl import functions, types

from .faults import RpcFault
from .wire import Key
from .world import BOT_ID

if TYPE_CHECKING:
    from .server import MtprotoServer

log = logging.getLogger(__name__)


@dataclass
class Call:
    """Who calls: the server, the key with which the call was encrypted, and the data centre that it came to."""

    server: "MtprotoServer"
    key: Key
    dc_id: int


Method = Callable[[Call, Any], Any]
METHODS: dict[Any, Method] = {}
_WITHOUT_LOGIN = (
    functions.help.GetConfigRequest,
    functions.auth.ImportBotAuthorizationRequest,
    functions.auth.ImportAuthorizationRequest,
)


def answers(request: Any) -> Callable[[Method], Method]:
    """Enter a function as what answers a request."""

    def enter(method: Method) -> Method:
        METHODS[request] = method
        return method

    return enter


def name_of(request: Any) -> str:
    """A request's name as the API writes it, such as `messages.sendMessage`."""
    room = type(request).__module__.rpartition("functions")[2].lstrip(".")
    name = type(request).__name__.removesuffix("Request")
    return f"{room}.{name[0].lower()}{name[1:]}".lstrip(".")


def execute(call: Call, request: Any) -> Any:
    """Do what a request asks. Raises `RpcFault`."""
    if type(request) not in _WITHOUT_LOGIN:
        if not call.key.authorised:
            raise RpcFault(401, call.server.logged_out_word)
        if call.server.home_dc != call.dc_id and not isinstance(request, functions.upload.GetFileRequest):
            raise RpcFault(303, f"USER_MIGRATE_{call.server.home_dc}")
    method = METHODS.get(type(request))
    if method is None:
        log.warning("no such method here: %s", name_of(request))
        raise RpcFault(400, "METHOD_INVALID")
    return method(call, request)


@answers(functions.help.GetConfigRequest)
def get_config(call: Call, request: Any) -> Any:
    """Where the data centres are; the other numbers are of no weight here."""
    wanted = signature(types.Config).parameters.values()
    numbers = {one.name: 1000 for one in wanted if one.annotation is int and one.default is one.empty}
    numbers.update(this_dc=call.dc_id, webfile_dc_id=call.dc_id)
    centres = [types.DcOption(dc, call.server.host, port) for dc, port in call.server.ports.items()]
    date = call.server.world.date()
    texts = {"dc_txt_domain_name": "", "me_url_prefix": "https://t.me/"}
    return types.Config(date=date, expires=date, test_mode=False, dc_options=centres, **texts, **numbers)


@answers(functions.auth.ImportBotAuthorizationRequest)
def log_in(call: Call, request: Any) -> Any:
    """Log a bot in by its token."""
    server = call.server
    if (request.api_id, request.api_hash) != (server.api_id, server.api_hash):
        raise RpcFault(400, "API_ID_INVALID")
    if request.bot_auth_token in server.revoked_tokens:
        raise RpcFault(400, "ACCESS_TOKEN_EXPIRED")
    if request.bot_auth_token != server.token:
        raise RpcFault(400, "ACCESS_TOKEN_INVALID")
    if server.home_dc != call.dc_id:
        raise RpcFault(303, f"USER_MIGRATE_{server.home_dc}")
    call.key.authorised = True
    return types.auth.Authorization(server.world.users[BOT_ID])


@answers(functions.auth.LogOutRequest)
def log_out(call: Call, request: Any) -> Any:
    """The key is worth nothing any more."""
    call.key.authorised = False
    return types.auth.LoggedOut()


@answers(functions.auth.ExportAuthorizationRequest)
def export_login(call: Call, request: Any) -> Any:
    """A ticket with which another data centre knows the bot."""
    return types.auth.ExportedAuthorization(BOT_ID, b"ticket")


@answers(functions.auth.ImportAuthorizationRequest)
def import_login(call: Call, request: Any) -> Any:
    """Take the ticket."""
    if (request.id, request.bytes) != (BOT_ID, b"ticket"):
        raise RpcFault(400, "AUTH_BYTES_INVALID")
    call.key.authorised = True
    return types.auth.Authorization(call.server.world.users[BOT_ID])


@answers(functions.users.GetUsersRequest)
def get_users(call: Call, request: Any) -> Any:
    """The users asked for, the bot itself among them; who is not known is left out."""
    users = call.server.world.users
    ids = [BOT_ID if isinstance(one, types.InputUserSelf) else one.user_id for one in request.id]
    return [users[one] for one in ids if one in users]


@answers(functions.users.GetFullUserRequest)
def get_full_user(call: Call, request: Any) -> Any:
    """One user, with little more than `users.getUsers` says."""
    [user] = get_users(call, functions.users.GetUsersRequest([request.id]))
    full = types.UserFull(user.id, types.PeerSettings(), types.PeerNotifySettings(), common_chats_count=0)
    return types.users.UserFull(full, [], [user])


@answers(functions.channels.GetChannelsRequest)
def get_channels(call: Call, request: Any) -> Any:
    """The supergroups asked for."""
    world = call.server.world
    return types.messages.Chats([world.chats[world.chat_of(one)] for one in request.id])


@answers(functions.messages.GetChatsRequest)
def get_chats(call: Call, request: Any) -> Any:
    """The basic groups asked for."""
    return types.messages.Chats(
        [call.server.world.chats[-one] for one in request.id if -one in call.server.world.chats]
    )


@answers(functions.messages.GetMessagesRequest)
def get_messages(call: Call, request: Any) -> Any:
    """Messages of private chats and basic groups, as they are now."""
    messages = _found(call.server.world.account, request.id)
    users, chats = call.server.world.surroundings(messages)
    return types.messages.Messages(messages, [], chats, users)


@answers(functions.channels.GetMessagesRequest)
def get_channel_messages(call: Call, request: Any) -> Any:
    """Messages of a supergroup, as they are now."""
    world = call.server.world
    box = world.box(world.chat_of(request.channel))
    messages = _found(box, request.id)
    users, chats = world.surroundings(messages)
    return types.messages.ChannelMessages(box.pts, len(messages), messages, [], chats, users)


@answers(functions.bots.SetBotCommandsRequest)
def set_commands(call: Call, request: Any) -> Any:
    """Set the menu of a scope and a language."""
    lines = [(one.command, one.description) for one in request.commands]
    call.server.keep_menu(*_scope(call, request), lines)
    return True


@answers(functions.bots.ResetBotCommandsRequest)
def reset_commands(call: Call, request: Any) -> Any:
    """Take that menu away."""
    call.server.menus.pop(_scope(call, request), None)
    return True


@answers(functions.upload.GetFileRequest)
def get_file(call: Call, request: Any) -> Any:
    """A part of a file: multiples of 4 KB, at most a megabyte."""
    where = request.location
    stored = call.server.world.files.get(getattr(where, "id", 0))
    if stored is None:
        raise RpcFault(400, "FILE_ID_INVALID")
    if stored.media.dc_id != call.dc_id:
        raise RpcFault(303, f"FILE_MIGRATE_{stored.media.dc_id}")
    if where.file_reference != stored.media.file_reference:
        raise RpcFault(400, "FILE_REFERENCE_EXPIRED")
    if request.limit % 4096 or not 0 < request.limit <= 1 << 20:
        raise RpcFault(400, "LIMIT_INVALID")
    part = stored.bytes_of(where.thumb_size)[request.offset : request.offset + request.limit]
    return types.upload.File(types.storage.FileJpeg(), int(call.server.world.now()), part)


def _found(box: Any, ids: list[Any]) -> list[Any]:
    """The messages asked for, in that order; one that is not there is an empty message."""
    numbers = [getattr(one, "id", one) for one in ids]
    return [box.messages.get(number, types.MessageEmpty(number, None)) for number in numbers]


def _scope(call: Call, request: Any) -> tuple[str, int | None, str]:
    peer = getattr(request.scope, "peer", None)
    chat = None if peer is None else call.server.world.chat_of(peer)
    return type(request.scope).__name__.removeprefix("BotCommandScope").lower(), chat, request.lang_code
