"""The key of each status: one letter that sets it on an order's page, the same wherever the order stands."""

from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase

from sikpro.domain.catalogue import Status
from sikpro.domain.errors import InvalidValue
from sikpro.domain.phase import Phase, Stage

CONSOLE_KEYS = "bcfjknqtuxyzADEFLNORST"
"""The letters of the other actions of the console (`templates/site/keys.html`): no status has one of them."""

_SPARE = "7890" + ascii_lowercase + ascii_uppercase
_OFFERED = (Stage.COMPLETED, Stage.WAITING, Stage.HELD_UP, Stage.IN_PROGRESS, Stage.CANCELLED)

SHOWN_PHASES = tuple(sorted(Phase, key=lambda phase: _OFFERED.index(phase.stage)))
"""The order of phases in the list of statuses: the most frequent first."""


def status_keys(statuses: Iterable[Status]) -> dict[str, str]:
    """Return the key of each active status by its code: the catalogue's, else a free letter of its Indonesian label.

    The key does not depend on the order's status, so that people can learn it. Retired statuses have none.
    """
    active = sorted((one for one in statuses if one.active), key=lambda one: SHOWN_PHASES.index(one.phase))
    keys: dict[str, str] = {}
    for status in active:
        if status.key and status.key not in keys.values():
            keys[status.code] = status.key
    for status in active:
        own = [letter for letter in status.label.id.lower() if letter in ascii_lowercase]
        taken = {*CONSOLE_KEYS, *keys.values()}
        key = next((key for key in [*own, *_SPARE] if key not in taken), "")
        if key and status.code not in keys:
            keys[status.code] = key
    return keys


def parsed_key(text: str) -> str:
    """Return a status's own key as it is saved, "" for none.

    Raises `InvalidValue`: `status_key.form` for anything but one letter, `status_key.taken` for a key of the console.
    """
    key = text.strip()
    if not key:
        return ""
    if len(key) != 1 or key not in ascii_lowercase + ascii_uppercase:
        raise InvalidValue("status_key.form", key[:20])
    if key in CONSOLE_KEYS:
        raise InvalidValue("status_key.taken", key)
    return key


def check_key(status: Status, others: Iterable[Status]) -> None:
    """Refuse a key that another active status has. Raises `InvalidValue` (`status_key.used`)."""
    for other in others:
        if status.active and status.key and other.active and other.code != status.code and other.key == status.key:
            raise InvalidValue("status_key.used", status.key, name=other.label.id)
