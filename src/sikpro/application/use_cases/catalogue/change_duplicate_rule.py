"""Change the mode of the duplicate rule: replace all keys in one transaction, or none if they conflict."""

from collections import Counter

from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.duplicates import DuplicateMode, duplicate_key


def change_duplicate_rule(uow: UnitOfWork, mode: DuplicateMode) -> tuple[str, ...]:
    """Recompute every order's key by the mode. Return the keys that orders would share; then nothing is changed."""
    keys = {
        order_id: duplicate_key(mode, number, order_type, phase, deleted=deleted)
        for order_id, number, order_type, phase, deleted in uow.orders.key_facts()
    }
    shared = Counter(key for key in keys.values() if key is not None)
    conflicts = tuple(sorted(key for key, count in shared.items() if count > 1))
    if not conflicts:
        uow.orders.replace_keys(keys)
        uow.installation.put(evolve(uow.installation.get(), duplicate_mode=mode))
    return conflicts
