"""The table of the phases is whole, and the rules that derive from it hold for each row."""

import pytest
from attrs import evolve

from sikpro.domain import phase as phase_module
from sikpro.domain.duplicates import STANDING, DuplicateMode, duplicate_key
from sikpro.domain.errors import ForbiddenMove
from sikpro.domain.phase import OPEN, RULES, Phase, PhaseRule, Stage, Turn, allowed, is_open, is_reopening
from sikpro.testing.builders import CANCELLED, COMPLETED, IN_PROGRESS, a_status, after, an_order

RINA, DEWI = 1, 2


def test_each_phase_has_a_row_and_each_stage_a_phase_of_its_name() -> None:
    assert set(RULES) == set(Phase)
    assert {stage.value: Phase(stage).stage for stage in Stage} == {stage.value: stage for stage in Stage}
    assert frozenset().union(*(stage.phases for stage in Stage)) == frozenset(Phase)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_leads_on_and_an_end_leads_back_to_work(phase: Phase) -> None:
    assert phase.rule.leads_to
    assert phase not in phase.rule.leads_to
    assert (phase.reopens_as in OPEN) == (not phase.live)


@pytest.mark.parametrize("phase", Phase)
def test_what_has_ended_waits_for_nobody_is_not_open_and_frees_its_key_where_it_ended_badly(phase: Phase) -> None:
    ended = phase.ends_well or phase.ends_badly
    assert (phase.turn is Turn.NOBODY, phase in OPEN, is_open(phase, deleted=False)) == (ended, not ended, not ended)
    assert not is_open(phase, deleted=True)
    key = duplicate_key(DuplicateMode.NUMBER, "SC1", "AO", phase, deleted=False)
    assert (key is None) == phase.ends_badly == (phase not in STANDING)


def test_only_a_way_from_an_end_to_work_is_a_reopening() -> None:
    reopenings = {(before, after) for before in Phase for after in Phase if is_reopening(before, after)}
    assert reopenings == {(before, after) for before in set(Phase) - OPEN for after in OPEN}
    assert all(allowed(before, before.reopens_as) for before in Phase if before.reopens_as)


def leading_from_completed_to_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a while a completed order may be cancelled, and a cancelled one completed."""
    rules: dict[Phase, PhaseRule] = dict(RULES)
    for before, after_ in ((Phase.COMPLETED, Phase.CANCELLED), (Phase.CANCELLED, Phase.COMPLETED)):
        rules[before] = evolve(rules[before], leads_to=rules[before].leads_to | {after_})
    monkeypatch.setattr("sikpro.domain.phase.RULES", rules)


def test_from_one_end_to_another_is_no_reopening_and_ends_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    leading_from_completed_to_cancelled(monkeypatch)
    done = an_order().move_to(COMPLETED, RINA, after(5), feedback="aktif").order
    dropped = done.move_to(CANCELLED, DEWI, after(9), reason="keliru", feedback="dibatalkan").order
    assert (dropped.finished_at, dropped.reopenings, dropped.helpdesk) == (after(9), 0, DEWI)
    assert dropped.last_feedback == "dibatalkan"


def test_within_one_end_who_finished_it_and_when_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two phases of one stage: while this lasts, *cancelled* is a good end too."""
    leading_from_completed_to_cancelled(monkeypatch)
    rules: dict[Phase, PhaseRule] = dict(phase_module.RULES)
    rules[Phase.CANCELLED] = evolve(rules[Phase.CANCELLED], stage=Stage.COMPLETED)
    monkeypatch.setattr("sikpro.domain.phase.RULES", rules)
    done = an_order().move_to(COMPLETED, RINA, after(5), feedback="aktif").order
    verified = done.move_to(CANCELLED, DEWI, after(9), feedback="sudah dicek").order
    assert (verified.phase, verified.finished_at, verified.reopenings) == (Phase.CANCELLED, after(5), 0)
    assert (verified.helpdesk, verified.last_feedback) == (RINA, "")
    with pytest.raises(ForbiddenMove):
        verified.move_to(IN_PROGRESS, DEWI, after(10))
    again = verified.move_to(COMPLETED, DEWI, after(12)).order
    assert again.finished_at == after(5)


def test_a_status_that_is_already_set_is_not_set_again_in_the_queue_or_after_the_end() -> None:
    done = an_order().move_to(COMPLETED, RINA, after(5)).order
    for order, status in ((an_order(), a_status("other")), (done, a_status("other", Phase.COMPLETED))):
        with pytest.raises(ForbiddenMove):
            order.move_to(status, RINA, after(6))


def test_a_finished_order_waits_for_nobody_whatever_its_status_says() -> None:
    done = an_order().move_to(a_status("done", Phase.COMPLETED, Turn.HELPDESK), RINA, after(5)).order
    assert done.turn is Turn.NOBODY
