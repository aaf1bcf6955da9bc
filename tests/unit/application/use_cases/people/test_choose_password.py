"""Which passwords a person may choose."""

import pytest

from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.domain.errors import InvalidValue
from sikpro.testing.builders import coded

RINA = "Rina Wati", "rina.w"


@pytest.mark.parametrize(
    "password", ["qwertyuiop", "1234567890", "PASSWORD12", "Password-2026!", "bismillah1", "SAYANG1234"]
)
def test_a_common_password_is_refused_also_in_capitals_and_with_figures_at_its_ends(password: str) -> None:
    with pytest.raises(InvalidValue, check=coded("password.common")):
        checked_password(password, *RINA)


@pytest.mark.parametrize(
    "password",
    [
        "rina123456",
        "RinaWati2026",
        "wati.wati.wati",
        "5ikpro-2026",
        "S1KPRO_S1KPRO",
        "sikprorina",
        "anir-anir-1",
        "rinapassword",
        "@rinarahasia1",
    ],
)
def test_a_password_made_of_ones_own_name_or_the_products_is_refused(password: str) -> None:
    with pytest.raises(InvalidValue, check=coded("password.own")):
        checked_password(password, *RINA)


@pytest.mark.parametrize(
    "password",
    [
        "kuda-biru-lompat",
        "x7" * 5,
        "Rina naik sepeda ke pasar",
        "8302945716",
        "ñandú 中文 密码 🙂🙂",
        "k" * 9 + "v" * 119,
    ],
)
def test_any_other_password_is_taken_whatever_its_characters(password: str) -> None:
    assert checked_password(password, *RINA) == password


def test_another_persons_name_is_no_reason() -> None:
    assert checked_password("rina123456", "Tono", "tono") == "rina123456"


@pytest.mark.parametrize("password", ["kudabirul", "kv" * 64 + "k"])
def test_a_password_has_10_to_128_characters(password: str) -> None:
    with pytest.raises(InvalidValue, check=coded("password.length")):
        checked_password(password, *RINA)
