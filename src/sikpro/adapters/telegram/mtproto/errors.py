"""Map Telegram's errors to ours: retry or never; the codes are those of Telegram's documentation."""

from telethon.errors import RPCError
from telethon.errors.rpcerrorlist import rpc_errors_dict, rpc_errors_re

from sikpro.application.ports.network import NeverSent, NotSent, RetryAfter, SendError, SourceError, Trouble
from sikpro.application.ports.outbox import TOPIC_DELETED

_CODES = {kind: code for code, kind in rpc_errors_dict.items()}
_CODES |= {kind: pattern.replace(r"_(\d+)", "") for pattern, kind in rpc_errors_re}

SESSION_LOST = frozenset(
    {
        "AUTH_KEY_UNREGISTERED",
        "AUTH_KEY_INVALID",
        "AUTH_KEY_PERM_EMPTY",
        "AUTH_KEY_DUPLICATED",
        "SESSION_REVOKED",
        "SESSION_EXPIRED",
    }
)
"""The saved key is no longer valid; a new login helps."""

TARGET_GONE = frozenset({"MESSAGE_ID_INVALID", "MSG_ID_INVALID", "REPLY_MESSAGE_ID_INVALID", "REPLY_TO_INVALID"})
"""The target message of the reply does not exist."""

CHAT_GONE = frozenset(
    {
        "PEER_ID_INVALID",
        "CHAT_ID_INVALID",
        "CHANNEL_INVALID",
        "CHANNEL_PRIVATE",
        "CHANNEL_BANNED",
        "CHAT_FORBIDDEN",
        "USER_ID_INVALID",
        "USER_KICKED",
        "USER_NOT_PARTICIPANT",
    }
)
_REASONS = {
    **dict.fromkeys(CHAT_GONE, "chat_gone"),
    "USER_IS_BLOCKED": "blocked",
    "YOU_BLOCKED_USER": "blocked",
    "CHAT_WRITE_FORBIDDEN": "blocked",
    "CHAT_SEND_PLAIN_FORBIDDEN": "blocked",
    "USER_BANNED_IN_CHANNEL": "blocked",
    "INPUT_USER_DEACTIVATED": "deactivated",
    "QUERY_ID_INVALID": "press_expired",
    "TOPIC_CLOSED": "topic_closed",
    "TOPIC_DELETED": TOPIC_DELETED,
    "TOPIC_ID_INVALID": TOPIC_DELETED,
}
_API_ID = frozenset({"API_ID_INVALID", "API_ID_PUBLISHED_FLOOD", "CONNECTION_API_ID_INVALID"})
_TOKEN = frozenset(
    {"ACCESS_TOKEN_INVALID", "ACCESS_TOKEN_EXPIRED", "BOT_INVALID", "USER_DEACTIVATED", "USER_DEACTIVATED_BAN"}
)
_LAYER = (
    "CONNECTION_LAYER_INVALID",
    "INVALID_LAYER",
    "INPUT_LAYER_INVALID",
    "INPUT_CONSTRUCTOR_INVALID",
    "INPUT_METHOD_INVALID",
    "CONSTRUCTOR NOT FOUND",
)
"""Beginnings of the answers of a server that does not know our layer, the last of a foreign one; in capitals."""

_SHORT_PAUSE = 5.0


def code_of(error: RPCError) -> str:
    """Return Telegram's code of an error, without its number (`FLOOD_WAIT_7` becomes `FLOOD_WAIT`).

    Telethon keeps the code only of unknown errors; the number is in `seconds` or `new_dc`.

    >>> from telethon.errors import UserIsBlockedError
    >>> code_of(UserIsBlockedError(request=None))
    'USER_IS_BLOCKED'
    """
    return str(_CODES.get(type(error)) or error.message or "")


def pause_of(error: RPCError) -> float | None:
    """Return the seconds that Telegram asks us to wait, or None."""
    if error.code != 420:
        return None
    seconds = getattr(error, "seconds", None)
    return float(seconds) if seconds else _SHORT_PAUSE


def source_error(error: RPCError) -> SourceError:
    """Return the reason why updates or the login were refused."""
    code, detail = code_of(error), detail_of(error)
    if code in _API_ID:
        return SourceError(Trouble.API_ID, detail)
    if code in _TOKEN or error.code == 401:
        return SourceError(Trouble.UNAUTHORISED, detail)
    pause = pause_of(error)
    if pause is not None:
        return SourceError(Trouble.SLOW_DOWN, detail, pause)
    if error.code == 303:
        return SourceError(Trouble.DATA_CENTRE, detail)
    if code.upper().startswith(_LAYER):
        return SourceError(Trouble.LAYER, detail)
    return SourceError(Trouble.SERVER, detail)


def send_error(error: RPCError) -> SendError:
    """Return the reason why a message was refused, and whether to retry.

    A flood wait counts for this chat only: that is the common case, and other chats get their own.
    """
    pause = pause_of(error)
    if pause is not None:
        return RetryAfter(pause, detail_of(error))
    code, detail = code_of(error), detail_of(error)
    if code in _REASONS:
        return NeverSent(_REASONS[code], detail)
    # 401 is about us, not about the message; 303 asks for another data centre; 5xx and -503 are Telegram's troubles.
    if error.code in (400, 403, 404, 406):
        return NeverSent("rejected", detail)
    return NotSent(detail)


def refused_login(error: SourceError) -> SendError:
    """Return the error of a message after a trouble of the connection: it was not sent."""
    if error.retry_after is not None:
        return RetryAfter(error.retry_after, error.detail, everywhere=True)
    return NotSent(str(error))


def detail_of(error: RPCError) -> str:
    """Return the code and its number for the log; never the request, because it may contain the token."""
    number = getattr(error, "seconds", None) or getattr(error, "new_dc", None)
    name = code_of(error) or type(error).__name__
    return f"{error.code} {name}" + (f" {number}" if number else "")
