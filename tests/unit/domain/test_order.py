"""An order's moves: which steps each phase allows, whose turn it is, and what never happens."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.errors import AlreadyTaken, DomainError, ForbiddenMove, NothingChanged, ReasonRequired
from sikpro.domain.events import OrderEvent, OrderReopened, StatusChanged
from sikpro.domain.order import Change, Order, place
from sikpro.domain.order_data import Channel
from sikpro.domain.phase import Phase, Turn, allowed
from sikpro.domain.turns import TurnClock
from sikpro.domain.values import TechnicianCode
from sikpro.testing.builders import (
    CANCELLED,
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    NOON,
    WAITING,
    a_status,
    after,
    order_data,
)

RINA, DEWI = 10, 11
CUSTOMER = a_status("nobody_home", Phase.HELD_UP, Turn.CUSTOMER)
STATUSES = (WAITING, IN_PROGRESS, HELD_UP, CUSTOMER, COMPLETED, CANCELLED)


def placed() -> Order:
    return place(
        order_id=1, data=order_data(), channel=Channel.TELEGRAM, status=WAITING, received_at=NOON, now=after(1)
    ).order


def test_its_place_in_the_queue_counts_from_when_it_was_sent_and_never_from_the_future() -> None:
    ahead = place(
        order_id=1, data=order_data(), channel=Channel.WEB, status=WAITING, received_at=after(9), now=after(1)
    ).order
    assert placed().received_at == NOON
    assert ahead.received_at == after(1)


def test_taking_it_makes_it_one_helpdesks_alone() -> None:
    taken = placed().take(RINA, IN_PROGRESS, after(2)).order
    assert (taken.phase, taken.holder, taken.first_action_at) == (Phase.IN_PROGRESS, RINA, after(2))
    with pytest.raises(AlreadyTaken) as refused:
        taken.take(DEWI, IN_PROGRESS, after(3))
    assert refused.value.holder == RINA


def test_taking_what_one_has_renews_the_claim_and_is_no_fact() -> None:
    taken = placed().take(RINA, IN_PROGRESS, after(2)).order
    again = taken.take(RINA, IN_PROGRESS, after(20))
    assert again.order.claimed_until == after(50)
    assert again.events == ()


def test_a_claim_frees_itself_when_it_has_run_out_and_not_before() -> None:
    taken = placed().take(RINA, IN_PROGRESS, after(2)).order
    assert taken.free_lapsed(WAITING, after(31)) is None
    lapsed = taken.free_lapsed(WAITING, after(32))
    assert lapsed
    assert (lapsed.order.phase, lapsed.order.holder, lapsed.order.received_at) == (Phase.WAITING, None, NOON)


def test_only_who_has_it_sets_its_status_unless_overruled() -> None:
    taken = placed().take(RINA, IN_PROGRESS, after(2)).order
    with pytest.raises(AlreadyTaken):
        taken.move_to(COMPLETED, DEWI, after(3))
    assert taken.move_to(COMPLETED, DEWI, after(3), overrule=True).order.phase is Phase.COMPLETED


def test_cancelling_needs_a_reason() -> None:
    with pytest.raises(ReasonRequired):
        placed().move_to(CANCELLED, RINA, after(2), reason="  ")


def test_no_reason_is_asked_for_a_step_that_is_refused_anyway() -> None:
    completed = placed().move_to(COMPLETED, RINA, after(2)).order
    with pytest.raises(ForbiddenMove):
        completed.move_to(CANCELLED, RINA, after(3))


def test_reopening_needs_a_reason_and_keeps_the_history() -> None:
    done = placed().move_to(COMPLETED, RINA, after(2), feedback="aktif").order
    with pytest.raises(ReasonRequired):
        done.reopen(IN_PROGRESS, RINA, after(3), " ")
    again = done.reopen(IN_PROGRESS, RINA, after(3), "modem mati").order
    assert (again.phase, again.finished_at, again.reopenings) == (Phase.IN_PROGRESS, None, 1)
    assert again.first_action_at == after(2)


def test_words_stand_with_the_status_and_the_helpdesk_that_they_were_said_by() -> None:
    held = placed().move_to(HELD_UP, RINA, after(2), feedback="cek SN").order
    assert (held.last_feedback, held.last_feedback_at) == ("cek SN", after(2))
    for still in (
        held.join("sudah", 1, 2, after(3)).order,
        held.move_to(HELD_UP, RINA, after(3)).order,
        held.delete("keliru", after(3)).order.restore(WAITING, after(4)).order,
        held.move_to(COMPLETED, RINA, after(3)).order.undo(held, after(4)).order,
    ):
        assert (still.last_feedback, still.last_feedback_at) == ("cek SN", after(2))
    taken = held.take(RINA, IN_PROGRESS, after(3)).order
    corrected = held.correct(order_data(), WAITING, after(3)).order
    for moved in (
        taken,
        corrected,
        held.assign(DEWI, IN_PROGRESS, after(3)).order,
        held.withdraw(CANCELLED, after(3)).order,
        *(held.move_to(status, RINA, after(3), reason="r").order for status in (CUSTOMER, COMPLETED, CANCELLED)),
        taken.move_to(HELD_UP, RINA, after(4)).order,
        held.move_to(HELD_UP, DEWI, after(3)).order,
    ):
        assert (moved.last_feedback, moved.last_feedback_at) == ("", None)


def test_a_claim_that_is_renewed_given_away_or_lapses_keeps_only_the_words_of_who_has_the_order() -> None:
    told = placed().move_to(IN_PROGRESS, RINA, after(2), feedback="sedang dicek").order
    assert told.take(RINA, IN_PROGRESS, after(3)).order.last_feedback == "sedang dicek"
    assert told.assign(RINA, IN_PROGRESS, after(3)).order.last_feedback == "sedang dicek"
    assert told.correct(order_data(serial="ZTEG00000000"), WAITING, after(3), RINA).order.last_feedback
    lapsed = told.free_lapsed(WAITING, after(40))
    assert lapsed
    for other in (
        lapsed.order,
        told.give_back(RINA, WAITING, after(3)).order,
        told.assign(DEWI, IN_PROGRESS, after(3)).order,
    ):
        assert (other.last_feedback, other.last_feedback_at) == ("", None)


def test_words_of_a_reopening_are_kept_with_it() -> None:
    done = placed().move_to(COMPLETED, RINA, after(2), feedback="aktif").order
    silent = done.reopen(IN_PROGRESS, RINA, after(3), "modem mati")
    told = done.reopen(IN_PROGRESS, RINA, after(3), "modem mati", feedback="kami cek lagi")
    assert (silent.order.last_feedback, silent.order.last_feedback_at) == ("", None)
    assert (told.order.last_feedback, told.order.last_feedback_at) == ("kami cek lagi", after(3))
    assert [event.feedback for event in told.events if isinstance(event, OrderReopened)] == ["kami cek lagi"]


def test_going_into_a_hold_up_is_counted_and_undoing_it_takes_the_count_back() -> None:
    order = placed()
    held = order.move_to(HELD_UP, 7, after(1)).order
    again = held.move_to(evolve(HELD_UP, code="odp_full"), 7, after(2)).order

    assert (order.hold_ups, held.hold_ups, again.hold_ups) == (0, 1, 1)
    assert held.move_to(IN_PROGRESS, 7, after(3)).order.move_to(HELD_UP, 7, after(4)).order.hold_ups == 2
    assert held.undo(order, after(2)).order.hold_ups == 0


def test_a_cancelled_order_reopens_to_the_queue_and_a_completed_one_does_not() -> None:
    cancelled = placed().move_to(CANCELLED, RINA, after(2), reason="x").order
    assert cancelled.reopen(WAITING, RINA, after(3), "keliru").order.phase is Phase.WAITING
    done = placed().move_to(COMPLETED, RINA, after(2)).order
    with pytest.raises(ForbiddenMove):
        done.reopen(WAITING, RINA, after(3), "keliru")


def test_corrected_data_bring_a_held_up_order_back_to_its_old_place() -> None:
    held = placed().move_to(HELD_UP, RINA, after(5)).order
    back = held.correct(order_data(serial="ZTEG00000000"), WAITING, after(9)).order
    assert (back.phase, back.received_at, back.resubmissions) == (Phase.WAITING, NOON, 1)
    assert back.resubmitted
    assert back.helpdesk == RINA


def test_a_correction_of_a_waiting_order_that_changes_nothing_is_refused() -> None:
    with pytest.raises(NothingChanged):
        placed().correct(order_data(), WAITING, after(2))


def test_data_are_not_changed_under_the_hands_of_who_has_it() -> None:
    taken = placed().take(RINA, IN_PROGRESS, after(2)).order
    with pytest.raises(AlreadyTaken):
        taken.correct(order_data(serial="ZTEG00000000"), WAITING, after(3))


def test_a_sender_withdraws_only_what_nobody_has() -> None:
    assert placed().withdraw(CANCELLED, after(2)).order.phase is Phase.CANCELLED
    with pytest.raises(AlreadyTaken):
        placed().take(RINA, IN_PROGRESS, after(2)).order.withdraw(CANCELLED, after(3))


def test_words_from_the_technician_give_the_turn_to_the_helpdesk() -> None:
    held = placed().move_to(HELD_UP, RINA, after(5)).order
    joined = held.join("sudah dicek", 1, 2, after(6)).order
    assert (joined.turn, joined.phase, joined.reply_waiting) == (Turn.HELPDESK, Phase.HELD_UP, True)


def test_a_deleted_order_moves_no_more_until_it_is_restored() -> None:
    deleted = placed().delete("salah input", after(2)).order
    with pytest.raises(ForbiddenMove):
        deleted.take(RINA, IN_PROGRESS, after(3))
    assert deleted.restore(WAITING, after(4)).order.take(RINA, IN_PROGRESS, after(5)).order.holder == RINA


@given(
    switches=st.lists(st.tuples(st.sampled_from(Turn), st.integers(0, 100_000)), max_size=30),
    rest=st.integers(0, 10_000),
)
def test_durations_by_turn_add_up_to_the_age(switches: list[tuple[Turn, int]], rest: int) -> None:
    clock, at = TurnClock(Turn.HELPDESK, NOON), NOON
    for turn, seconds in switches:
        at += timedelta(seconds=seconds)
        clock = clock.switch(turn, at)
    now = at + timedelta(seconds=rest)
    assert sum(clock.durations(now).values(), timedelta()) == now - NOON


class Moves(RuleBasedStateMachine):
    """Any sequence of steps by anybody, at times that may run backwards."""

    @initialize()
    def begin(self) -> None:
        self.order, self.now, self.journal = placed(), after(1), list[OrderEvent]()

    @rule(minutes=st.integers(-5, 90))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(by=st.sampled_from([RINA, DEWI]))
    def take(self, by: int) -> None:
        self.attempt(lambda: self.order.take(by, IN_PROGRESS, self.now))

    @rule(by=st.sampled_from([RINA, DEWI]))
    def give_back(self, by: int) -> None:
        self.attempt(lambda: self.order.give_back(by, WAITING, self.now))

    @rule()
    def free_lapsed(self) -> None:
        self.attempt(lambda: self.order.free_lapsed(WAITING, self.now) or Change(self.order, ()))

    @rule(
        status=st.sampled_from(STATUSES),
        by=st.sampled_from([RINA, DEWI]),
        overrule=st.booleans(),
        said=st.sampled_from(["", "cek SN", "cek ODP"]),
    )
    def set_status(self, status: object, by: int, overrule: bool, said: str) -> None:
        self.attempt(
            lambda: self.order.move_to(status, by, self.now, reason="r", feedback=said, overrule=overrule)  # type: ignore[arg-type]  # a sampled status
        )

    @rule(status=st.sampled_from([WAITING, IN_PROGRESS, COMPLETED]))
    def reopen(self, status: object) -> None:
        self.attempt(lambda: self.order.reopen(status, RINA, self.now, "r"))  # type: ignore[arg-type]  # a sampled status

    @rule(serial=st.sampled_from(["ZTEG00000000", "ZTEG00000001"]), by=st.sampled_from([None, RINA]))
    def correct(self, serial: str, by: int | None) -> None:
        self.attempt(lambda: self.order.correct(order_data(serial=serial), WAITING, self.now, by))

    @rule()
    def join(self) -> None:
        self.attempt(lambda: self.order.join("halo", 1, 1, self.now))

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda: self.order.withdraw(CANCELLED, self.now))

    @rule()
    def delete_and_restore(self) -> None:
        self.attempt(lambda: self.order.delete("r", self.now))
        self.attempt(lambda: self.order.restore(WAITING, self.now))

    def attempt(self, step) -> None:  # type: ignore[no-untyped-def]  # any move
        before = self.order
        try:
            change: Change = step()
        except DomainError:
            assert self.order is before
            return
        after_ = change.order
        if after_.phase is not before.phase:
            assert allowed(before.phase, after_.phase)
        assert after_.changed_at >= before.changed_at or not change.events
        self.order = after_
        self.journal.extend(change.events)

    @invariant()
    def it_is_in_a_state_that_makes_sense(self) -> None:
        if not hasattr(self, "order"):
            return
        order = self.order
        assert (order.holder is not None) == (order.phase is Phase.IN_PROGRESS)
        assert (order.claimed_until is not None) == (order.holder is not None)
        assert (order.finished_at is not None) == (not order.phase.live)
        assert order.received_at == NOON
        assert order.turn is not Turn.NOBODY or not order.phase.live
        late = max(self.now, order.clock.since)
        assert sum(order.clock.durations(late).values(), timedelta()) == late - NOON
        if self.journal:
            assert self.journal[-1].state == order.state

    @invariant()
    def its_words_were_said_at_its_status(self) -> None:
        if not hasattr(self, "order"):
            return
        order, said = self.order, list[tuple[str, object]]()
        for event in reversed(self.journal):
            if event.state.status != order.status:
                break
            if isinstance(event, StatusChanged | OrderReopened) and event.feedback:
                said.append((event.feedback, event.at))
        assert not order.last_feedback or (order.last_feedback, order.last_feedback_at) == said[0]

    @invariant()
    def it_holds_a_key_exactly_while_it_counts(self) -> None:
        if not hasattr(self, "order"):
            return
        order = self.order
        key = duplicate_key(
            DuplicateMode.NUMBER, order.number, order.data.type, order.phase, deleted=order.deleted_at is not None
        )
        assert (key is None) == (order.phase is Phase.CANCELLED or order.deleted_at is not None)


Moves.TestCase.settings = settings(deadline=None)
test_no_sequence_of_moves_reaches_a_forbidden_state = Moves.TestCase


def test_an_order_that_ended_is_given_to_no_other_technician() -> None:
    done = evolve(placed(), phase=Phase.COMPLETED)
    with pytest.raises(ForbiddenMove) as refused:
        done.transfer(TechnicianCode.parse("F5TUN446"), NOON, sender=None)
    assert dict(refused.value.params) == {"number": done.number, "before": done.phase, "after": done.phase}
