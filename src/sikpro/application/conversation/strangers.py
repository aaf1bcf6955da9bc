"""Unknown people: their name with technician code or phone number, for a team leader's decision."""

import re
from datetime import datetime, timedelta

from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.reader.read_message import NODS, numbers_in, read_message, read_order
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.people.grant_access import BETWEEN, KEPT_ORDER, ask_access, kept_orders
from sikpro.application.use_cases.people.manage_people import NAME_LIMIT
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import AccessRequest
from sikpro.domain.text import compact, one_line
from sikpro.domain.values import TechnicianCode

_GREETING = re.compile(
    r"^\W*(?:(?:halo|hallo|hai|hi|hello|p|permisi|assalamu\W?alaikum|(?:selamat\s+)?(?:pagi|siang|sore|malam)"
    r"|pak|bu|kak|mas|bang)\b\W*)+",
    re.IGNORECASE,
)
"""Greetings before people give their name."""

MOST_CHANGES = 5
"""The most changes of a pending request. Each change asks every team leader again."""

MOST_MESSAGES = 30
"""How many messages of somebody unknown are answered within `MESSAGES_WITHIN`."""

MESSAGES_WITHIN = timedelta(minutes=10)

MOST_KEPT = 5
"""The most orders that are kept for somebody unknown, the newest ones."""

_CHANGES = "changes"
_MESSAGES = "messages"
_NO_PERSON = {"odp", "registration_number", "serial"}
_AROUND = ".:()[]*_\"'"
_NO_NAMES = {
    *("nama", "kode", "teknisi", "saya", "name", "code", "my", "is", "technician", "sto", "mohon", "tolong", "minta"),
    *("didaftarkan", "daftarkan", "daftar", "akses", "dari", "please", "register", "from", "i", "am"),
}
_SEPARATORS = re.compile(r"[#|;,\n]+|\s-\s")


def welcome_stranger(context: Context) -> Handled:
    """Greet an unknown person and explain how to get access."""
    words = context.words
    pending = context.uow.access_requests.pending_of(context.incoming.sender_id or 0)
    text = words("stranger.pending", name=pending.name) if pending else words("stranger.welcome")
    context.reply(text, [[Button(words("button.share_phone"), asks_phone=True)]])
    return Handled(Outcome.COMMAND, "start")


def list_missing(context: Context, command: str, text: str) -> Handled:
    """Answer a command that only known people may use. An order in it is kept until the account is approved."""
    words = context.words
    if _is_order(context, text):
        return _keep_order(context, text)
    pending = context.uow.access_requests.pending_of(context.incoming.sender_id or 0)
    text = words("stranger.wait") if pending else words("stranger.first")
    context.reply(text, [] if pending else [[Button(words("button.share_phone"), asks_phone=True)]])
    return Handled(Outcome.REFUSAL, f"stranger.{command}")


def limit_stranger(context: Context) -> Handled | None:
    """Answer the first message beyond `MOST_MESSAGES` within `MESSAGES_WITHIN` once, and the next ones not at all.

    Each is in the ledger. None while the sender is within the limit.
    """
    if not context.incoming.sender_id:
        return None
    dialogue = context.dialogue
    data = dict(dialogue.data) if dialogue else {}
    since, _, counted = data.get(_MESSAGES, "").partition(" ")
    lately = bool(since) and abs(context.now - datetime.fromisoformat(since)) < MESSAGES_WITHIN
    count = int(counted) + 1 if lately else 1
    data[_MESSAGES] = f"{since if count > 1 else context.now.isoformat()} {count}"
    context.open_dialogue(dialogue.step if dialogue else "", data)
    if count <= MOST_MESSAGES:
        return None
    if count == MOST_MESSAGES + 1:
        return context.refuse(context.words("stranger.too_many"), "stranger.too_many")
    return Handled(Outcome.IGNORED, "stranger.too_many")


def introduce(context: Context, text: str) -> Handled:
    """Read name and technician code from an unknown person's text, and ask the team leader.

    Only another code or a shared number changes a complete request, not any text, and at most `MOST_CHANGES` times.
    """
    incoming, words = context.incoming, context.words
    if _is_order(context, text):
        return _keep_order(context, text)
    nods = bool(text) and read_message(text, context.known()).intent in NODS
    name, code = ("", "") if nods else split_name_and_code(_without_values(context, text))
    pending = context.uow.access_requests.pending_of(incoming.sender_id or 0)
    if pending and not (_may_change(context) and (code or incoming.contact or not _is_whole(pending))):
        context.reply(words("stranger.wait"))
        return Handled(Outcome.DIALOGUE, "stranger.wait")
    name = name or (pending.name if pending else "")
    code = code or (pending.technician_code if pending else "")
    if incoming.contact:
        name = name or one_line(incoming.contact.name)[:NAME_LIMIT]
    if not name or not (code or incoming.contact):
        lacks = "stranger.name_missing" if code else "stranger.code_missing"
        request = lacks if name or code else "stranger.first"
        if name or code:
            _ask(context, name, code, "")
        context.reply(words(request), [[Button(words("button.share_phone"), asks_phone=True)]])
        return Handled(Outcome.DIALOGUE, lacks)
    _ask(context, name, code, _shared_phone(incoming.contact.phone) if incoming.contact else "")
    context.reply(words("stranger.asked", name=name, code=code or "-"), drop_keyboard=True)
    return Handled(Outcome.DIALOGUE, "stranger.asked")


def share_phone(context: Context) -> Handled:
    """Take a shared phone number if it is the sender's own."""
    contact = context.incoming.contact
    if contact is None or contact.user_id != context.incoming.sender_id:
        context.reply(context.words("stranger.not_your_number"))
        return Handled(Outcome.REFUSAL, "stranger.not_your_number")
    if context.person:
        context.reply(context.words("stranger.known_already"), drop_keyboard=True)
        return Handled(Outcome.IGNORED, "contact")
    return introduce(context, "")


def split_name_and_code(text: str) -> tuple[str, str]:
    """Return the name and the technician code in an unknown person's text; either may be "".

    >>> split_name_and_code("Budi Santoso F5SDA445")
    ('Budi Santoso', 'F5SDA445')
    >>> split_name_and_code("kode f5sda445, nama: Budi")
    ('Budi', 'F5SDA445')
    >>> split_name_and_code("Selamat pagi pak, Selamat Riyadi F5SDA445"), split_name_and_code("halo")
    (('Selamat Riyadi', 'F5SDA445'), ('', ''))
    """
    code = ""
    names: list[str] = []
    for part in _SEPARATORS.split(_GREETING.sub("", text)):
        for word in one_line(part).split():
            bare = word.strip(_AROUND)
            try:
                found = TechnicianCode.parse(bare).value
            except InvalidValue:
                found = ""
            mixed = any(map(str.isdigit, found))
            if found and mixed and not code:
                code = found
            elif any(map(str.isalpha, bare)) and bare.lower() not in _NO_NAMES:
                names.append(word.strip(_AROUND))
    return " ".join(names)[:NAME_LIMIT].strip(), code


def _shared_phone(phone: str) -> str:
    """Return a number as Telegram shares it: always with its country code, with or without `+`."""
    return f"+{phone}" if phone.isdecimal() and not phone.startswith("0") else phone


def _is_whole(request: AccessRequest) -> bool:
    return bool(request.name and (request.technician_code or request.phone))


def _changes(context: Context) -> int:
    return int(context.dialogue.data.get(_CHANGES, "0")) if context.dialogue else 0


def _may_change(context: Context) -> bool:
    return _changes(context) < MOST_CHANGES


def _is_order(context: Context, text: str) -> bool:
    return any(order.is_request for order in read_message(text, context.known()).orders)


def _keep_order(context: Context, text: str) -> Handled:
    """Keep a stranger's order: it is offered again when the account is approved."""
    data = dict(context.dialogue.data) if context.dialogue else {}
    known = context.known()
    numbers = set(numbers_in(text, known))
    others = [one for one in kept_orders(data) if not numbers & set(numbers_in(one, known))]
    texts = [*others, re.sub(r"\n{3,}", "\n\n", text)][-MOST_KEPT:]
    context.open_dialogue("", {**data, KEPT_ORDER: BETWEEN.join(texts)})
    pending = context.uow.access_requests.pending_of(context.incoming.sender_id or 0)
    who = context.words("stranger.wait" if pending else "stranger.first")
    phone = [] if pending else [[Button(context.words("button.share_phone"), asks_phone=True)]]
    context.reply(f"{context.words('stranger.order_kept')}\n{who}", phone)
    return Handled(Outcome.REFUSAL, "stranger.order")


def _without_values(context: Context, text: str) -> str:
    """Return a text without the words that are values of an order: they are nobody's name and code."""
    known = context.known()
    if compact(text) in known.types:
        return ""
    return "\n".join(
        " ".join(
            word
            for word in line.split(" ")
            if not read_order(word, known).certain.keys() & _NO_PERSON and compact(word) not in known.stos
        )
        for line in text.split("\n")
    )


def _ask(context: Context, name: str, code: str, phone: str) -> None:
    incoming = context.incoming
    pending = context.uow.access_requests.pending_of(incoming.sender_id or 0)
    kept = dict(context.dialogue.data) if context.dialogue else {}
    context.open_dialogue("", {**kept, _CHANGES: str(_changes(context) + 1 if pending else 0)})
    ask_access(
        context.uow,
        AccessRequest(
            id=0,
            telegram_id=incoming.sender_id or 0,
            chat_id=incoming.chat_id,
            name=name,
            telegram_name=one_line(incoming.sender_name)[:NAME_LIMIT],
            technician_code=code,
            phone=phone or (pending.phone if pending else ""),
            requested_at=pending.requested_at if pending else context.now,
        ),
        context.now,
        zone=context.zone,
    )
