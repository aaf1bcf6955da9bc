"""Chance: the one source of what nobody may foresee."""

import secrets
from collections.abc import Callable

from attrs import frozen


@frozen
class Chance:
    """The source of what nobody may foresee: tokens, salts and ids, and how long a wait is. Safe from any thread.

    By default both parts come from the operating system. A simulation passes its own: then all is known by its seed.
    """

    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    share: Callable[[], float] = secrets.SystemRandom().random
    """Returns any number from 0 to 1, without 1."""

    def hexadecimal(self, size: int) -> str:
        """Return `size` random bytes as twice as many of `0-9 a-f`."""
        return self.random_bytes(size).hex()

    def number(self) -> int:
        """Return a number from 1 to 2**63 - 1."""
        return (int.from_bytes(self.random_bytes(8), "big") >> 1) or 1

    def between(self, least: float, most: float) -> float:
        """Return any number from `least` to `most`."""
        return least + (most - least) * self.share()


UNFORESEEN = Chance()
"""The chance of the operating system."""
