"""The contract of `Passwords`: a password fits its own hash, and nothing else fits anything."""

import pytest

from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.application.ports.runtime import Passwords
from sikpro.testing.contracts.passwords import PasswordsContract
from sikpro.testing.fakes import QuickPasswords


@pytest.fixture(params=[Argon2Passwords, QuickPasswords], ids=["argon2", "quick"])
def passwords(request: pytest.FixtureRequest) -> Passwords:
    """What hashes, and the fake of the console's tests."""
    made: Passwords = request.param()
    return made


class TestPasswords(PasswordsContract):
    pass
