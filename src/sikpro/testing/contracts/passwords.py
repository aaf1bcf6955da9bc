"""The contract of `Passwords`: a password fits its own hash, and nothing else fits anything."""

import pytest

from sikpro.application.ports.runtime import Passwords

PASSWORD = "rahasia sekali – ✓"


class PasswordsContract:
    """What a keeper of passwords promises; it needs the fixture `passwords`."""

    @pytest.fixture
    def kept(self, passwords: Passwords) -> str:
        """The hash of the password."""
        return passwords.hash(PASSWORD)

    def test_a_password_fits_its_own_hash_and_the_hash_does_not_show_it(self, passwords: Passwords, kept: str) -> None:
        assert passwords.verify(kept, PASSWORD)
        assert PASSWORD not in kept

    @pytest.mark.parametrize("other", [PASSWORD.title(), PASSWORD + " ", PASSWORD[:-1], ""])
    def test_another_password_does_not_fit(self, passwords: Passwords, kept: str, other: str) -> None:
        assert not passwords.verify(kept, other)

    def test_a_hash_is_not_a_password(self, passwords: Passwords, kept: str) -> None:
        assert not passwords.verify(kept, kept)

    @pytest.mark.parametrize("password", [PASSWORD, ""])
    def test_nothing_fits_where_there_is_no_hash(self, passwords: Passwords, password: str) -> None:
        assert not passwords.verify(None, password)

    @pytest.mark.parametrize("damaged", ["not a hash", ""])
    def test_what_is_no_hash_fits_nothing(self, passwords: Passwords, damaged: str) -> None:
        assert not passwords.verify(damaged, PASSWORD)
        assert not passwords.verify(damaged, "")

    def test_a_hash_fits_after_a_restart_too(self, passwords: Passwords, kept: str) -> None:
        assert type(passwords)().verify(kept, PASSWORD)
