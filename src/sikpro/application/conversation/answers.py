"""Which open question a message answers, and what its draft then holds."""

from collections.abc import Iterable, Sequence

from attrs import evolve

from sikpro.application.conversation.attachments import ALBUMS, FILES, keep_files
from sikpro.application.conversation.changes import CHANGE
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.corrections import FIX, press_change, take_correction
from sikpro.application.conversation.doubts import doubts_in, merged, settled, with_note
from sikpro.application.conversation.duplicates import RESEND
from sikpro.application.conversation.groups import asking
from sikpro.application.conversation.joining import ASK, REOPEN, join, take_question, take_reopening
from sikpro.application.conversation.order_entry import CARDS, asker, draft_name, enter_request, skip_field
from sikpro.application.conversation.order_entry import ask as ask_in_draft
from sikpro.application.conversation.own_orders import WITHDRAW, keep_order, withdraw
from sikpro.application.conversation.questions import ORDER, STEP, field_errors, may_be_skipped
from sikpro.application.conversation.reader.decide import SURELY, OrderReading
from sikpro.application.conversation.reader.dictionary import AGREEING, REFUSING
from sikpro.application.conversation.reader.read_message import (
    NODS,
    Intent,
    Reading,
    is_polite,
    numbers_in,
    read_answer,
    read_order,
    says,
    text_number,
)
from sikpro.application.ports.chat import Button
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.register_order import standing_order
from sikpro.domain.people import Person
from sikpro.domain.text import compact, one_line

WHICH = "which"
"""The step that asks which unfinished order a value is for."""

_TEXT = "text"
_LONGEST_VALUE = 3
"""So many words may be a value; more are words for the note."""


def take_answer(context: Context, text: str, reading: Reading, about: int | None) -> Handled | None:
    """Take a message as the answer to an open question; return None when it answers none.

    `about` is the order that it replies to.
    """
    draft = _replied_to(context)
    if draft:
        return _take(context, text, reading, [draft])
    dialogue = context.dialogue
    if dialogue is None or (about is not None and dialogue.data.get(ORDER) != str(about)):
        return None
    if dialogue.draft:
        return _take(context, text, reading, [one for one in context.dialogues if one.draft])
    said_yes_or_no = _take_yes_or_no(context, dialogue, text)
    if said_yes_or_no:
        return said_yes_or_no
    if ORDER in dialogue.data and _is_about_another(context, dialogue, text, reading):
        return None
    if dialogue.step == FIX:
        return take_correction(context, text)
    if any(order.is_whole for order in reading.orders):
        return None
    if dialogue.step == RESEND and not text:
        return join(context, int(dialogue.data[ORDER]), "")
    if dialogue.step == ASK:
        return take_question(context, text)
    if dialogue.step.partition(":")[0] == REOPEN:
        return take_reopening(context, text)
    drafts = [one for one in context.dialogues if one.draft]
    if not drafts or dialogue.step != WHICH:
        return None
    number = text_number(text, context.known())
    named = next((one for one in drafts if number and one.data.get("registration_number") == number), None)
    return _give(context, dialogue, named) if named else _take(context, text, reading, drafts)


def _take_yes_or_no(context: Context, dialogue: Conversation, text: str) -> Handled | None:
    """Take a yes or a no in words where two buttons ask for it."""
    yes, no = says(text, AGREEING), says(text, REFUSING)
    if not yes and not no:
        return None
    if dialogue.step == CHANGE:
        return press_change(context, "y" if yes else "n")
    if dialogue.step == RESEND and yes:
        context.close_dialogue()
        return enter_request(context, dialogue.data)
    if dialogue.step == WITHDRAW:
        context.close_dialogue()
        return withdraw(context, int(dialogue.data[ORDER])) if yes else keep_order(context)
    return None


def _is_about_another(context: Context, dialogue: Conversation, text: str, reading: Reading) -> bool:
    """Whether a message, while one is asked about an order, only nods or is about something else."""
    if reading.intent in NODS:
        return True
    own, known = context.uow.orders.get(int(dialogue.data[ORDER])).number, context.known()
    numbers = set(numbers_in(text, known))
    if not numbers:
        return False
    if numbers == {own}:
        telling = not reading.orders and reading.intent not in {None, Intent.CORRECTION}
        return dialogue.step == FIX and telling
    bare = text_number(text, known) if dialogue.step == FIX else ""
    return not bare or bool(context.uow.orders.find(bare))


def press_which(context: Context, action: str) -> Handled | None:
    """Take the held text as the answer for the pressed draft; return None for actions of other questions."""
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != WHICH:
        return None
    chosen = next((one for one in context.dialogues if one.draft and one.draft == action), None)
    return _give(context, dialogue, chosen) if chosen else None


def _give(context: Context, which: Conversation, chosen: Conversation) -> Handled:
    """Take the held text and its files as the answer for the chosen draft."""
    text, data = which.data[_TEXT], dict(chosen.data)
    context.turn_to(which)
    context.close_dialogue()
    for name in (FILES, ALBUMS):
        data[name] = " ".join(filter(None, (data.get(name, ""), which.data.get(name, ""))))
    chosen = evolve(chosen, data=data)
    context.turn_to(chosen)
    return _answer_draft(context, chosen, text, _read(context, chosen, text))


def _replied_to(context: Context) -> Conversation | None:
    """Return the draft whose card this message replies to."""
    return _with_card(context, context.dialogues)


def _with_card(context: Context, drafts: Iterable[Conversation]) -> Conversation | None:
    incoming = context.incoming
    card = context.uow.outbox.id_of(incoming.chat_id, incoming.reply_to) if incoming.reply_to else None
    if card is None:
        return None
    return next((one for one in drafts if str(card) in one.data.get(CARDS, "").split()), None)


def owner_of_card(context: Context) -> Person | None:
    """Return who is asked by the card of a group that this message replies to, None when that is the sender."""
    incoming = context.incoming
    if incoming.private:
        return None
    here = (one for one in context.uow.conversations.open(f"{STEP}:") if one.chat_id == incoming.chat_id)
    draft = _with_card(context, here)
    other = draft is not None and draft.telegram_id != incoming.sender_id
    return context.uow.people.by_telegram(draft.telegram_id) if draft and other else None


def _take(context: Context, text: str, reading: Reading, drafts: Sequence[Conversation]) -> Handled | None:
    """Take a message as an answer for one of these drafts, the one that spoke last first."""
    replied = len(drafts) == 1 and drafts[0] is _replied_to(context)
    if len(reading.orders) > 1:
        return None
    order = reading.orders[0] if reading.orders else None
    unsure = order is not None and order.values >= SURELY and "registration_number" in order.doubts
    if unsure and not replied:
        return None
    number = order.certain.get("registration_number", "") if order else reading.number
    same = next((one for one in drafts if number and one.data.get("registration_number") == number), None)
    if order and number and not same and standing_order(context.uow, number, order.certain.get("type", "")):
        return None  # what is new about an order that is there
    if order and order.is_whole:
        lacking = [one for one in drafts if not one.data.get("registration_number") and _completes(order, one)]
        if same is None and not lacking and not (replied and not drafts[0].data.get("registration_number")):
            return None
        drafts = [same] if same else lacking or drafts
    elif number and not order and (reading.number != text_number(text, context.known()) or same):
        return None  # words about an order that is there
    elif number and not same:
        lacking = [one for one in drafts if "registration_number" in field_errors(context.uow, one.data)]
        if not lacking:
            return None
        drafts = lacking
    if not text:
        context.turn_to(drafts[0])
        return enter_request(context, drafts[0].data, before=context.words("entry.file_kept"))
    if reading.intent in NODS and not (says(text, AGREEING) and doubts_in(drafts[0].data)):
        return None
    return _which(context, text, drafts)


def _completes(order: OrderReading, draft: Conversation) -> bool:
    """Whether an order that is not complete by itself goes with a draft: nothing that both say differs."""
    data = draft.data
    return bool(order.missing) and all(data.get(name, value) == value for name, value in order.certain.items())


def _which(context: Context, text: str, drafts: Sequence[Conversation]) -> Handled:
    """Find the draft that lacks what the text says, or ask which one is meant."""
    fitting = list(drafts)
    if len(drafts) > 1:
        order = read_order(text, context.known())
        said = {*order.certain, *order.doubts}
        fitting = [one for one in drafts if said & set(field_errors(context.uow, one.data))] if said else [drafts[0]]
    if len(fitting) == 1 or len(drafts) == 1:
        draft = (fitting or list(drafts))[0]
        context.turn_to(draft)
        return _answer_draft(context, draft, text, _read(context, draft, text))
    open_ = context.dialogue
    held = dict(open_.data) if open_ and open_.step == WHICH else {}
    held[_TEXT] = "\n".join(filter(None, (held.get(_TEXT, ""), text)))
    keep_files(context, held)
    token = context.open_dialogue(WHICH, held)
    buttons = [[Button(draft_name(context, one), f"d:{token}:{one.draft}")] for one in fitting or drafts]
    context.reply(asking(context, context.words("entry.which_draft", value=one_line(held[_TEXT])[:40])), buttons)
    return Handled(Outcome.DIALOGUE, WHICH)


def _field_in_question(draft: Conversation) -> str:
    return draft.step.partition(":")[2]


def _read(context: Context, draft: Conversation, text: str) -> OrderReading:
    return read_answer(text, _field_in_question(draft), context.known(), draft.data.get("sto", ""))


def _answer_draft(context: Context, draft: Conversation, text: str, order: OrderReading) -> Handled:
    """Put an answer into its draft: a yes, the asked value, values that fit other fields, or words for the note."""
    data, name = draft.data, _field_in_question(draft)
    doubt = doubts_in(data).get(name)
    if doubt and len(doubt.readings) == 1 and says(text, AGREEING):
        return enter_request(context, settled(data, name, doubt.readings[0]))
    if doubt and says(text, AGREEING):
        return enter_request(context, data)
    if doubt and says(text, REFUSING):
        after = settled(data, name, "")
        token = context.open_draft(draft.step, after, goes_on=True)
        question = asker(context, after, token).again(name)
        ask_in_draft(context, question.text, question.buttons)
        return Handled(Outcome.DIALOGUE, f"{STEP}.{name}")
    if may_be_skipped(name) and compact(text) == compact(context.words("button.skip")):
        return skip_field(context, data, name)
    if (order.certain or order.doubts) and not (may_be_skipped(name) and order.rest):
        order = evolve(order, rest="") if is_polite(order.rest) else order
        return enter_request(context, merged(data, order, name))
    if len(text.split()) > _LONGEST_VALUE and not may_be_skipped(name):
        return enter_request(context, with_note(data, text), before=context.words("entry.noted"))
    return enter_request(context, settled(data, name, text))
