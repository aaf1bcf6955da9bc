"""Open dialogues are drafts: their owner is reminded once, and team leaders get them as *Belum lengkap*."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import evolve, frozen

from sikpro.application.conversation.order_entry import CARDS, MESSAGE, SINCE
from sikpro.application.conversation.questions import ORDER, STEP, Asker, field_errors, first_to_ask
from sikpro.application.fields import BY_NAME
from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.understand_request import parsed_field
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person

REMIND_AFTER = timedelta(minutes=10)
"""How long a question stays open before the person is reminded."""


@frozen(kw_only=True)
class Draft:
    """A request that somebody has begun and not finished.

    `understood` has the values understood so far by field, `missing` the fields still needed. `since` is the start
    (UTC). `order_id` is the order to correct, None for a new one.
    """

    person: Person
    chat_id: int
    understood: Mapping[str, str]
    missing: tuple[str, ...]
    since: datetime
    order_id: int | None = None


def open_drafts(uow: UnitOfWork) -> tuple[Draft, ...]:
    """Return the unfinished requests, the longest open first."""
    found = []
    for conversation in uow.conversations.open(f"{STEP}:"):
        person = uow.people.by_telegram(conversation.telegram_id)
        if person is None or not person.active:
            continue
        data, errors = conversation.data, field_errors(uow, conversation.data)
        found.append(
            Draft(
                person=person,
                chat_id=conversation.chat_id,
                understood={
                    name: str(parsed_field(uow, name, data))
                    for name in BY_NAME
                    if data.get(name) and name not in errors
                },
                missing=tuple(errors),
                since=datetime.fromisoformat(data[SINCE]) if SINCE in data else conversation.updated_at,
                order_id=int(data[ORDER]) if ORDER in data else None,
            )
        )
    return tuple(sorted(found, key=lambda draft: draft.since))


def remind_drafts(uow: UnitOfWork, now: datetime, zone: str) -> int:
    """Remind people of questions open for `REMIND_AFTER`, once for each draft, and return how many."""
    reminded = 0
    for conversation in uow.conversations.open(f"{STEP}:"):
        if conversation.reminded_at or abs(now - conversation.updated_at) < REMIND_AFTER:
            continue
        person = uow.people.by_telegram(conversation.telegram_id)
        errors = field_errors(uow, conversation.data)
        if person and person.active and errors and uow.conversations.mark_reminded(conversation, now):
            question = conversation.step.partition(":")[2]
            name = question if question in errors else first_to_ask(errors)
            card = uow.outbox.put(_reminder(uow, conversation, person, errors, zone), now)
            data = {**conversation.data, CARDS: f"{conversation.data.get(CARDS, '')} {card}".strip()}
            uow.conversations.put(evolve(conversation, step=f"{STEP}:{name}", data=data, reminded_at=now))
            reminded += 1
    return reminded


def _reminder(
    uow: UnitOfWork, conversation: Conversation, person: Person, errors: Mapping[str, DomainError], zone: str
) -> Outgoing:
    words, data, token = words_in(person.language, zone), conversation.data, conversation.token
    asker = Asker(uow=uow, words=words, person=person, data=data, token=token)
    question = asker.card(errors, shown=True)
    missing = ", ".join(words(f"field.{field}") for field in errors)
    message = int(data[MESSAGE]) if data.get(MESSAGE) else None
    text = words("draft.correction" if ORDER in data else "draft.reminder", fields=missing)
    return Outgoing(
        chat_id=conversation.chat_id,
        text=f"{text}\n{question.text}",
        buttons=(*map(tuple, question.buttons), (Button(words("button.leave"), f"d:{token}:x"),)),
        reply_to=message,
        topic=uow.inbox.topic_of(conversation.chat_id, message),
    )
