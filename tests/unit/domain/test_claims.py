"""How long a claim on an order lasts, and what frees it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.errors import ForbiddenMove
from sikpro.domain.order import LONGEST_CLAIM, Order
from sikpro.domain.order_state import CLAIM
from sikpro.domain.phase import Phase
from sikpro.testing.builders import CANCELLED, COMPLETED, HELD_UP, IN_PROGRESS, NOON, WAITING, after, an_order

RINA, DEWI = 10, 11

minutes = st.integers(0, 600).map(lambda number: timedelta(minutes=number))


def taken(claim: timedelta = CLAIM) -> Order:
    return an_order().take(RINA, IN_PROGRESS, NOON, claim).order


@given(first=minutes, open_for=minutes, renewal=minutes)
def test_an_open_page_never_shortens_a_claim_nor_stretches_it_past_the_cap(
    first: timedelta, open_for: timedelta, renewal: timedelta
) -> None:
    order = taken(first)
    lasts = NOON + first
    renewed = order.renewed_until(NOON + open_for, renewal)
    assert renewed is not None
    assert renewed >= lasts, "an admin who shortens claims takes nothing from who has one"
    assert renewed <= max(lasts, NOON + LONGEST_CLAIM)
    assert renewed >= min(NOON + open_for + renewal, NOON + LONGEST_CLAIM)


def test_the_cap_counts_from_when_the_order_was_taken_however_long_its_page_is_open() -> None:
    order = taken()
    assert order.renewed_until(after(60)) == after(90)
    assert order.renewed_until(after(100)) == NOON + LONGEST_CLAIM
    assert order.renewed_until(after(500)) == NOON + LONGEST_CLAIM


def test_taking_anew_what_one_has_starts_the_cap_anew() -> None:
    again = taken().take(RINA, IN_PROGRESS, after(100)).order
    assert again.renewed_until(after(200)) == after(100) + LONGEST_CLAIM


def test_nobodys_order_has_no_claim_to_renew() -> None:
    assert an_order().renewed_until(NOON) is None


@pytest.mark.parametrize("status", [HELD_UP, COMPLETED, CANCELLED])
def test_an_answer_ends_the_claim(status: object) -> None:
    done = taken().move_to(status, RINA, after(5), reason="r").order  # type: ignore[arg-type]  # a sampled status
    assert (done.holder, done.claimed_until, done.claimed_at, done.helpdesk) == (None, None, None, RINA)


def test_a_deleted_order_is_nobodys_and_no_claim_on_it_lapses() -> None:
    deleted = taken().delete("salah input", after(5)).order
    assert (deleted.holder, deleted.claimed_until, deleted.claimed_at) == (None, None, None)
    assert deleted.free_lapsed(WAITING, after(600)) is None
    restored = deleted.restore(WAITING, after(10)).order
    assert restored.phase is Phase.WAITING
    assert restored.take(DEWI, IN_PROGRESS, after(11)).order.holder == DEWI


def test_what_nobody_has_cannot_be_given_back() -> None:
    with pytest.raises(ForbiddenMove):
        an_order().give_back(RINA, WAITING, after(5))


@pytest.mark.parametrize("status", [COMPLETED, CANCELLED])
def test_a_finished_order_is_neither_taken_nor_assigned(status: object) -> None:
    finished = an_order().move_to(status, RINA, after(5), reason="r").order  # type: ignore[arg-type]  # a sampled status
    with pytest.raises(ForbiddenMove):
        finished.take(RINA, IN_PROGRESS, after(6))
    with pytest.raises(ForbiddenMove):
        finished.assign(DEWI, IN_PROGRESS, after(6))
