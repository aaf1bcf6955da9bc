"""The second step of a login: a code of the person's authenticator (TOTP, RFC 6238), or a recovery code."""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import pyotp

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.application.use_cases.people.shut_out import shut_out
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person

PERIOD = 30
"""How long a code is shown, in seconds."""

NEIGHBOURS = (0, -1, 1)
"""The periods whose codes are accepted, from the present one: clocks differ, and people type slowly."""

RECOVERY_CODES = 10
FEW_LEFT = 3
"""With so few recovery codes left the person is told to make new ones."""

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""The characters of passwords and codes that a person copies: none can be mistaken for another."""

_RECOVERY_LENGTH = 24
"""118 bits: whoever reads the hashes cannot try them all (OWASP ASVS 5.0, 6.5.2)."""


class Accepted(StrEnum):
    """What was accepted as the second step."""

    CODE = "code"
    RECOVERY_CODE = "recovery_code"


def new_secret() -> str:
    """Return a secret of 160 bits in base32."""
    return pyotp.random_base32()


def new_recovery_codes() -> tuple[str, ...]:
    """Return recovery codes as a person writes them down: six groups of four."""
    texts = ("".join(secrets.choice(READABLE) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    return tuple("-".join(re.findall(r".{4}", text)) for text in texts)


def authenticator_address(secret: str, username: str) -> str:
    """Return what the QR picture says: the address by which an authenticator takes the secret over."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=username, issuer_name="SIKPRO")


def prepare_two_steps(uow: UnitOfWork, person: Person, secret: str) -> None:
    """Store a person's own secret until a code of it is typed. Raises `InvalidValue`: `two_steps.on` while it is on."""
    _must_have_account(person)
    if has_two_steps(uow, person):
        raise InvalidValue("two_steps.on", "")
    uow.second_steps.prepare(person.id, secret)


def turn_on_two_steps(
    uow: UnitOfWork, person: Person, code: str, recovery_codes: Sequence[str], now: datetime, *, session: str
) -> None:
    """Turn on a person's own second step with a first code, and end their other sessions.

    Raises `InvalidValue`: `two_steps.not_begun` without a secret, `two_steps.code` for a wrong code.
    """
    _must_have_account(person)
    prepared = uow.second_steps.of(person.id)
    if prepared is None or prepared.on_since is not None:
        raise InvalidValue("two_steps.not_begun", "")
    step = _step_of(prepared.secret, code, now)
    if step is None:
        raise InvalidValue("two_steps.code", "")
    if not uow.second_steps.turn_on(person.id, step, now):
        raise InvalidValue("two_steps.not_begun", "")
    uow.second_steps.put_recovery_codes(person.id, _hashes(person, recovery_codes))
    uow.sessions.revoke_all(person.id, now, but=session)
    record_event(uow, EventKind.TWO_STEPS_ON, person, now, object=called(person))


def turn_off_two_steps(uow: UnitOfWork, person: Person, now: datetime, *, session: str) -> None:
    """Turn off a person's own second step and end their other sessions; nothing changes if it is off."""
    _must_have_account(person)
    if uow.second_steps.drop(person.id):
        uow.sessions.revoke_all(person.id, now, but=session)
        record_event(uow, EventKind.TWO_STEPS_OFF, person, now, object=called(person))


def renew_recovery_codes(uow: UnitOfWork, person: Person, recovery_codes: Sequence[str], now: datetime) -> None:
    """Replace a person's own recovery codes. Raises `InvalidValue`: `two_steps.not_begun` while the step is off."""
    _must_have_account(person)
    if not has_two_steps(uow, person):
        raise InvalidValue("two_steps.not_begun", "")
    uow.second_steps.put_recovery_codes(person.id, _hashes(person, recovery_codes))
    record_event(uow, EventKind.RECOVERY_CODES_MADE, person, now, object=called(person))


def reset_two_steps(uow: UnitOfWork, person_id: int, by: Person | None, now: datetime, *, zone: str) -> Person:
    """Turn off another person's second step, end their sessions and tokens, and tell them on Telegram if they have it.

    `by` is None on the command line. Raises `NotPermitted`, `NotFound`; `InvalidValue`: `two_steps.off` if it is off.
    """
    if by:
        by.must(Permission.ADMINISTER)
    person = uow.people.get(person_id)
    if not uow.second_steps.drop(person_id):
        raise InvalidValue("two_steps.off", person.name)
    shut_out(uow, person_id, now)
    record_event(uow, EventKind.TWO_STEPS_RESET, by, now, object=called(person))
    if person.telegram_id is not None:
        text = words_in(person.language, zone)("two_steps.reset_message", name=by.name if by else "SIKPRO")
        uow.outbox.put(Outgoing(chat_id=person.telegram_id, text=text), now)
    return person


def accept_code(uow: UnitOfWork, person: Person, typed: str, now: datetime) -> Accepted | None:
    """Accept a code of the person's authenticator or a recovery code, each once. Return None for a wrong one."""
    present = uow.second_steps.of(person.id)
    if present is None or present.on_since is None:
        return None
    step = _step_of(present.secret, typed, now)
    if step is not None:
        return Accepted.CODE if uow.second_steps.take_step(person.id, step) else None
    if not uow.second_steps.use_recovery_code(person.id, _hash(person, typed)):
        return None
    left = uow.second_steps.recovery_codes_left(person.id)
    record_event(uow, EventKind.RECOVERY_CODE_USED, person, now, object=called(person), details=str(left))
    return Accepted.RECOVERY_CODE


def has_two_steps(uow: UnitOfWork, person: Person) -> bool:
    """Return whether a person logs in with a second step."""
    present = uow.second_steps.of(person.id)
    return present is not None and present.on_since is not None


def must_turn_on_two_steps(uow: UnitOfWork, person: Person) -> bool:
    """Return whether the installation wants a second step of this person, who has none."""
    if not person.may(Permission.ADMINISTER) or not uow.installation.get().admins_two_steps:
        return False
    return not has_two_steps(uow, person)


def _must_have_account(person: Person) -> None:
    if person.role is None or not person.active:
        raise InvalidValue("person.no_account", person.name)


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Return the period whose code was typed, of those that are accepted now; None if there is none."""
    code = re.sub(r"\s", "", typed)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    present, shared = int(now.timestamp()) // PERIOD, pyotp.TOTP(secret, interval=PERIOD)
    steps = (present + apart for apart in NEIGHBOURS if present + apart >= 0)
    fitting = [step for step in steps if hmac.compare_digest(shared.generate_otp(step), code)]
    return fitting[0] if fitting else None


def _hashes(person: Person, codes: Sequence[str]) -> frozenset[str]:
    return frozenset(_hash(person, code) for code in codes)


def _hash(person: Person, code: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", code.lower())
    return sha256(f"{person.id}:{plain}".encode()).hexdigest()
