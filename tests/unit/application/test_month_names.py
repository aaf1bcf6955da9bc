"""A closed month is said by its name, not as the database writes it."""

import pytest

from sikpro.application.i18n import words_in


@pytest.mark.parametrize(("language", "name"), [("id", "Oktober 2026"), ("en", "October 2026")])
def test_a_month_is_said_by_its_name(language: str, name: str) -> None:
    assert words_in(language, "Asia/Jakarta").month_named("2026-10") == name
