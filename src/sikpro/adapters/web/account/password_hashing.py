"""Hash passwords outside the event loop, a few at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from litestar.exceptions import TooManyRequestsException

from sikpro.application.ports.runtime import Passwords

AT_ONCE = 2
WAITING = 200
"""How many logins may wait for their turn; the next one must try again later."""


class PasswordHasher:
    """Hashes and verifies passwords in its own threads: each call takes about 90 ms and 64 MiB."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._executor = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._under_way = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Return whether the password fits; a hash of None takes the same time. Raises `TooManyRequestsException`."""
        if self._under_way >= WAITING:
            raise TooManyRequestsException(headers={"retry-after": "10"})
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._passwords.verify, password_hash, password)
        finally:
            self._under_way -= 1

    async def hash(self, password: str) -> str:
        """Return the hash to save."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._passwords.hash, password)

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)
