"""What a spreadsheet makes of a number or a code is refused, or is still the same number: never another one."""

from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sikpro.application.use_cases.people.manage_people import checked_phone
from sikpro.domain.errors import InvalidValue
from sikpro.domain.spreadsheet_damage import check_phone_whole, check_unspoilt, check_zeros

CODES = {
    "cell.shortened": ["6,28123E+12", "6.28E+12", "6E+12", "6,28E12", "-6.2E+5", "1E+02"],
    "cell.decimal": [
        "12.0",
        "12,00",
        "628123456789.00",
        "SC100001,0",
        "6,281,234,567,890.00",
        "100001.000",
        "628123456789.5",
        "1234,5",
    ],
    "cell.date": [
        *("3-Jan", "03-Jan-26", "3-Januari-2026", "Mar-26", "Agu-03", "Sep-1", "1-Nop", "5-Peb-2026", "3-Mei", "3-May"),
        *(
            "Oct-2026",
            "3 Desember 2026",
            "Saturday, January 3, 2026",
            "Sabtu, 03 Januari 2026",
        ),
        *("2026-01-03", "2026-01-03T00:00:00", "2026-01-03 00:00:00", "2026/1/3", "03.01.2026", "3/1/26", "03-01-2026"),
        *("1/3/2026 0:00", "1/3/2026 12:00 AM", "3/1", "6:28", "12:30:00", "36:00:00"),
    ],
    "cell.error": ["#####", "##########", "#N/A", "#n/a", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"],
    "cell.logical": ["TRUE", "false", "BENAR", "SALAH"],
    "cell.money": ["Rp62.812", "Rp 6.281.234,00", "$1,234.00", "IDR 12", "12%", "12,5%", "1.234 €"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in CODES.items() for text in texts])
def test_what_a_spreadsheet_made_of_a_code_is_refused_with_what_it_did(code: str, text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_unspoilt(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        *("F5SDA445", "SC32232558", "32232558", "ZTEGC6754546", "5A544547C6754546", "ODP-SDA-003", "ODP-SDA-FA/03"),
        *(
            "MAR-012",
            "GPON00-D3-SDA-3",
            "0812 3456 789",
            "0812-3456-789",
            "+62 812.3456.789",
            "SDA",
            "MAR",
            "AO",
            "rina",
        ),
        *("6.281.234.567.890", "SEPTA01", "2E10", "DECO", "#1 pojok", "rina.w", "may"),
    ],
)
def test_a_whole_code_is_no_damage(text: str) -> None:
    assert check_unspoilt(text) == text


MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

PHONES = st.from_regex(r"(?:0|\+62|62|\+65|\+1)[1-9][0-9]{7,10}", fullmatch=True)


def written_by_excel(text: str) -> list[str]:
    """What a spreadsheet may make of a number, by format and language."""
    digits = text.lstrip("+").lstrip("0")
    number = int(digits)
    short = f"{number:.5E}"
    shorter = f"{number:.2E}"
    grouped = f"{number:,}"
    return [
        *(digits, f"{digits}.0", f"{digits},00", short, short.replace(".", ","), shorter, shorter.replace(".", ",")),
        *(f"{number:.0E}", grouped, grouped.replace(",", "."), f"{grouped}.00", f"Rp{grouped.replace(',', '.')}"),
        *(f"{digits}%", "#" * 8, "#N/A", f"'{text}"),
    ]


@example("062800000")
@given(PHONES)
def test_a_phone_number_comes_back_as_itself_or_is_refused(phone: str) -> None:
    meant = checked_phone(phone)
    for text in written_by_excel(phone):
        try:
            found = checked_phone(check_phone_whole(check_unspoilt(text)))
        except InvalidValue:
            continue
        assert found == meant, text


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.booleans())
def test_a_date_made_of_a_code_is_refused_in_every_form(day: date, with_time: bool) -> None:
    indonesian, long = MONTHS[day.month - 1][:3], MONTHS[day.month - 1]
    forms = [
        *(
            day.strftime(form)
            for form in ("%d-%b", "%d-%b-%y", "%b-%y", "%d/%m/%Y", "%m/%d/%y", "%Y-%m-%d", "%d.%m.%Y")
        ),
        *(
            f"{day.day}-{indonesian}",
            f"{indonesian}-{day:%y}",
            f"{day.day} {long} {day.year}",
            f"{day:%B} {day.day}, {day.year}",
        ),
        *(f"{day:%A}, {day:%B} {day.day}, {day.year}", datetime(day.year, day.month, day.day).isoformat()),  # noqa: DTZ001  # a cell has no zone
    ]
    for form in forms:
        text = f"{form} 00:00:00" if with_time and "T" not in form else form
        with pytest.raises(InvalidValue):
            check_unspoilt(text)


def test_a_code_without_its_zeros_is_not_another_code() -> None:
    check_zeros("12", ["12", "F512"])
    check_zeros("0012", ["12"])
    with pytest.raises(InvalidValue, match="0012"):
        check_zeros("12", ["12A", "0012"])


def test_another_countrys_number_that_was_marked_as_text_is_whole() -> None:
    assert check_phone_whole("'+6591234567") == "'+6591234567"
    with pytest.raises(InvalidValue):
        check_phone_whole("6591234567'")
