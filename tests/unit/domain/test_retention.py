"""From when on everything is kept, and what is left of a correction of older orders."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sikpro.domain.events import FieldChange, OrderCorrected
from sikpro.domain.retention import REMOVED, kept_from, without_words
from sikpro.testing.builders import an_order

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2027, 6, 15, tzinfo=UTC)
BEGAN = datetime(2026, 11, 30, 18, tzinfo=UTC)
"""The first of December in Jakarta, the last of November in UTC."""


@pytest.mark.parametrize(
    ("closed", "first"),
    [
        ((), "2026-12-01"),
        (("2026-12",), "2027-01-01"),
        (("2026-12", "2027-01", "2027-02"), "2027-03-01"),
        (("2026-12", "2027-01", "2027-02", "2027-03", "2027-04"), "2027-03-01"),
        (("2027-01", "2027-02"), "2026-12-01"),
    ],
)
def test_months_are_let_go_one_after_another_as_they_are_closed_and_never_the_last_three(
    closed: tuple[str, ...], first: str
) -> None:
    kept = kept_from(NOW, 3, JAKARTA, BEGAN, closed)
    assert kept is not None
    assert kept.astimezone(JAKARTA).isoformat() == f"{first}T00:00:00+07:00"


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("Bu Ani", "Bu Ina", (REMOVED, REMOVED)),
        ("", "Bu Ina", ("", REMOVED)),
        ("Bu Ani", "", (REMOVED, "")),
    ],
)
def test_of_a_correction_stays_that_a_text_was_there_before_or_after(
    before: str, after: str, left: tuple[str, str]
) -> None:
    changes = (FieldChange("note", before, after), FieldChange("odp", "ODP-SDA-003", "ODP-SDA-004"))
    kept = without_words(OrderCorrected(order_id=1, at=NOW, state=an_order().state, changes=changes))
    assert isinstance(kept, OrderCorrected)
    assert [(one.before, one.after) for one in kept.changes] == [left, ("ODP-SDA-003", "ODP-SDA-004")]
