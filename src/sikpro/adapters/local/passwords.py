"""Passwords with Argon2id, with the library's present parameters."""

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Argon2Passwords:
    """Hashes passwords; each call takes about 90 ms and 64 MiB: call it in a thread, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()

    def hash(self, password: str) -> str:
        """Return the hash to save."""
        return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Return whether the password fits; None is compared with a hash that nothing fits, to take the same time."""
        try:
            self._hasher.verify(self._nobodys if password_hash is None else password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("")
