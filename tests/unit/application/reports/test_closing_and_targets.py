"""A closed month stays closed, targets are met or not, and the text of a recap fits a chat."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.i18n import LANGUAGES, sentences, words_in
from sikpro.application.ports.facts import Dimension
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.reports.closing import as_closed, count_month, next_closing
from sikpro.application.reports.figures import FIGURES, MORE
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Promise, Recap
from sikpro.application.reports.recap_query import FILTERS, RecapQuery, Span
from sikpro.application.reports.recap_text import LONGEST, recap_text
from sikpro.application.use_cases.orders.change_status import reopen_order
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.domain.errors import InvalidFields, InvalidValue, NotPermitted
from sikpro.domain.people import Person
from sikpro.domain.promise import PROMISE
from sikpro.testing.builders import COMPLETED, HELD_UP, an_incoming, coded, key_of, stored_order
from sikpro.testing.histories import WIB, ZONE, People, found

NOVEMBER = datetime(2026, 11, 10, 9, tzinfo=WIB)
DECEMBER = datetime(2026, 12, 1, tzinfo=WIB)


class Office:
    """A store with people and a few orders of November: two of SDA completed, one of SPJ held up."""

    def __init__(self) -> None:
        self.store = MemoryTransactions()
        self.people: People = found(self.store)
        self.store.write(self._fill)

    def _fill(self, uow: UnitOfWork) -> None:
        for place, sto in enumerate(("SDA", "SDA", "SPJ")):
            order = stored_order(uow, f"SC60000{place}", sto=sto, received_at=NOVEMBER)
            status = HELD_UP if sto == "SPJ" else COMPLETED
            change = order.move_to(evolve(status, code="odp_penuh" if sto == "SPJ" else "selesai"), 1, NOVEMBER)
            uow.orders.save(change.order, key_of(change.order))

    def recap(self, text: str, now: datetime, by: Person | None = None, **filters: str) -> Recap:
        query = RecapQuery.parse(text, filters)
        return self.store.read(lambda uow: recap(uow, query, by or self.people.supervisor, now, ZONE))

    def close(self, now: datetime, by: Person | None = None) -> None:
        person = by or self.people.supervisor
        self.store.write(self.store.read(lambda uow: count_month(uow, "2026-11", person, now, ZONE)))

    def does(self, work: Callable[[UnitOfWork], object]) -> None:
        self.store.write(work)


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_happens_to_a_closed_month_is_told_beside_its_figures(office: Office) -> None:
    office.close(DECEMBER)
    later = DECEMBER + timedelta(days=2)
    leader = office.people.workers[2]
    office.does(lambda uow: delete_order(uow, 1, leader, later, reason="r", zone=ZONE))
    office.does(lambda uow: reopen_order(uow, 2, leader, later, reason="r", zone=ZONE))

    shown = office.recap("2026-11", later)

    assert (shown.total, shown.completed) == (3, 2)
    assert shown.closed
    assert (shown.closed.at, shown.closed.by) == (DECEMBER, "Sari")
    changes = {(one.code, one.dimension, one.value): (one.then, one.now) for one in shown.closed.changes}
    assert changes["received", None, ""] == (3, 2)
    assert changes["completed", None, ""] == (2, 0)
    assert changes["received.in_progress", None, ""] == (0, 1)
    assert changes["received", Dimension.STO, "SDA"] == (2, 1)
    assert changes["completed", Dimension.STO, "SDA"] == (2, 0)
    assert ("open_now", None, "") not in changes
    assert shown.open_now == 2
    following = office.recap("2026-12", DECEMBER + timedelta(days=31))
    assert following.before
    assert following.before.received == 3
    assert office.recap("2026-11", later, sto="SDA").closed is None
    assert office.recap("2026-11", later, office.people.workers[0]).closed is None


def test_a_month_without_changes_says_so_and_is_otherwise_what_was_counted(office: Office) -> None:
    before = office.recap("2026-11", DECEMBER)
    office.close(DECEMBER)
    shown = office.recap("2026-11", DECEMBER)
    assert shown.closed
    assert shown.closed.changes == ()
    assert evolve(shown, closed=None) == before


def test_a_month_that_is_not_over_or_is_closed_is_not_closed(office: Office) -> None:
    with pytest.raises(InvalidValue, check=coded("month.not_over")):
        office.close(DECEMBER - timedelta(microseconds=1))
    with pytest.raises(NotPermitted):
        office.close(DECEMBER, office.people.workers[2])
    office.close(DECEMBER)
    with pytest.raises(InvalidValue, check=coded("month.closed")):
        office.close(DECEMBER)


def test_months_close_by_themselves_three_days_after_their_end_even_several_at_once(office: Office) -> None:
    def closed(now: datetime) -> frozenset[str]:
        while closing := office.store.read(lambda uow: next_closing(uow, now, ZONE)):
            office.does(closing)
        return office.store.read(lambda uow: uow.closed_months.names())

    assert closed(DECEMBER + timedelta(days=3, microseconds=-1)) == frozenset()
    assert closed(DECEMBER + timedelta(days=3)) == {"2026-11"}
    assert closed(datetime(2027, 3, 4, tzinfo=WIB)) == {"2026-11", "2026-12", "2027-01", "2027-02"}
    shown = office.recap("2026-11", DECEMBER + timedelta(days=100))
    assert shown.closed
    assert shown.closed.by == ""


def test_a_target_says_what_is_left_and_how_many_a_working_day_that_needs(office: Office) -> None:
    office.does(lambda uow: uow.targets.put(Target(month="2026-11", sto="SDA", target=12, working_days=25)))
    office.does(lambda uow: uow.targets.put(Target(month="2026-11", sto="SPJ", target=0, working_days=25)))

    # Monday to Saturday: the 24th of November 2026 is a Tuesday, 19 working days are over.
    month = office.recap("2026-11", datetime(2026, 11, 24, 10, tzinfo=WIB))
    assert month.target
    assert [(one.sto, one.target, one.done, one.left, one.days_left) for one in month.targets] == [
        ("", 12, 2, 10, 6),
        ("SDA", 12, 2, 10, 6),
        ("SPJ", 0, 0, 0, 6),
    ]
    assert month.target.per_day == pytest.approx(10 / 6)
    day = office.recap("2026-11-09", datetime(2026, 11, 24, 10, tzinfo=WIB))
    assert day.target
    assert (day.target.done, day.target.days_left) == (0, 25 - 7)
    over = office.recap("2026-11", DECEMBER)
    assert over.target
    assert over.target.per_day is None
    assert [one.sto for one in office.recap("2026-11", DECEMBER, sto="SPJ").targets] == ["", "SPJ"]
    assert office.recap("2026-11", DECEMBER, type="AO").targets == ()
    assert office.recap("2026-11-01_2026-11-30", DECEMBER).targets == ()


def test_the_targets_total_is_the_sum_of_its_rows_in_page_file_and_chat(office: Office) -> None:
    """More at SDA does not make up for less at SPJ: something is left, and the need a day is of what is left."""
    for sto, target in (("SDA", 1), ("SPJ", 40)):
        one = Target(month="2026-11", sto=sto, target=target, working_days=25)
        office.does(lambda uow, one=one: uow.targets.put(one))  # type: ignore[misc]  # bound now
    now = datetime(2026, 11, 24, 10, tzinfo=WIB)
    found = office.recap("2026-11", now)
    whole, *rows = found.targets
    assert (whole.target, whole.done, whole.left) == (41, 2, 40)
    for name in ("target", "done", "left", "per_day"):
        assert getattr(whole, name) == pytest.approx(sum(getattr(row, name) for row in rows))
    assert "2 dari 41, sisa 40; perlu 6,7" in recap_text(found, words_in("id", ZONE))


def test_a_month_closed_before_what_is_left_was_kept_says_it_all_the_same(office: Office) -> None:
    for sto in ("SDA", "SPJ"):
        one = Target(month="2026-11", sto=sto, target=5, working_days=25)
        office.does(lambda uow, one=one: uow.targets.put(one))  # type: ignore[misc]  # bound now
    office.close(DECEMBER)

    def without_left(uow: UnitOfWork) -> None:
        closed = uow.closed_months.get("2026-11")
        assert closed
        targets = [{name: value for name, value in one.items() if name != "left"} for one in closed.figures["targets"]]
        assert uow.closed_months.add(evolve(closed, month="2026-10", figures={**closed.figures, "targets": targets}))

    office.does(without_left)
    assert [one.left for one in office.recap("2026-10", DECEMBER).targets] == [8, 3, 5]


STORED_NAMES = frozenset(
    [
        "1h",
        "24h",
        "4h",
        "72h",
        "ages",
        "asked",
        "before",
        "by_phase",
        "cancelled",
        "closed",
        "completed",
        "count",
        "cumulative",
        "days_left",
        "dimension",
        "done",
        "doubles",
        "en",
        "filters",
        "first",
        "first_action",
        "group",
        "groups",
        "handling",
        "held_up",
        "id",
        "in_progress",
        "label",
        "last",
        "late",
        "left",
        "made_at",
        "median",
        "old",
        "open_now",
        "own",
        "p90",
        "per_day",
        "promise",
        "reasons",
        "received",
        "rows",
        "share",
        "span",
        "status",
        "sto",
        "tables",
        "target",
        "targets",
        "times",
        "value",
        "waiting",
        "waiting_customer",
        "waiting_helpdesk",
        "waiting_system",
        "waiting_technician",
        "within",
    ]
)
"""The names under which version 0.1.0 stored a closed month."""


def names_of(figures: object) -> set[str]:
    """All names in stored figures, at any depth."""
    if isinstance(figures, Mapping):
        return {str(name) for name in figures} | {name for value in figures.values() for name in names_of(value)}
    if isinstance(figures, list | tuple):
        return {name for one in figures for name in names_of(one)}
    return set()


def test_a_month_is_stored_under_names_that_never_change(office: Office) -> None:
    """Months that were closed by an earlier version are read again: a name may be added, none may become another."""
    office.does(lambda uow: uow.targets.put(Target(month="2026-11", sto="SDA", target=5, working_days=25)))
    office.close(DECEMBER)
    found: list[Mapping[str, object]] = []

    def look(uow: UnitOfWork) -> None:
        closed = uow.closed_months.get("2026-11")
        assert closed
        found.append(closed.figures)

    office.does(look)
    assert names_of(found[0]) >= STORED_NAMES


def test_targets_are_kept_all_or_none(office: Office) -> None:
    def keep(rows: dict[str, dict[str, str]], by: Person) -> None:
        office.does(lambda uow: set_targets(uow, "2026-11", rows, by, NOVEMBER))

    supervisor = office.people.supervisor
    good = {"target": "40", "working_days": "25"}
    with pytest.raises(InvalidFields) as wrong:
        keep({"SDA": good, "SPJ": {"target": "-1", "working_days": "32"}}, supervisor)
    assert set(wrong.value.errors) == {"SPJ.target", "SPJ.working_days"}
    assert office.store.read(lambda uow: uow.targets.all()) == ()
    keep({"SDA": good, "SPJ": good}, supervisor)
    keep({"SPJ": {"target": "", "working_days": "25"}}, supervisor)
    kept = office.store.read(lambda uow: uow.targets.all())
    assert kept == (Target(month="2026-11", sto="SDA", target=40, working_days=25),)
    with pytest.raises(NotPermitted):
        keep({"SDA": good}, office.people.workers[2])


def test_doubles_that_the_bot_refused_are_counted_where_all_orders_are(office: Office) -> None:
    def refuse(uow: UnitOfWork) -> None:
        for place, detail in enumerate(("order.duplicate", "order.duplicate", "reg.sto")):
            received = uow.inbox.receive(an_incoming(message_id=place), NOVEMBER)
            uow.inbox.finish(received or 0, Outcome.REFUSAL, detail)

    office.does(refuse)
    assert office.recap("2026-11", DECEMBER).duplicates == 2
    assert office.recap("2026-10", DECEMBER).duplicates == 0
    assert office.recap("2026-11", DECEMBER, sto="SDA").duplicates is None
    assert office.recap("2026-11", DECEMBER, office.people.workers[0]).duplicates is None


def test_a_month_that_was_closed_before_there_was_a_phase_has_no_order_in_it(office: Office) -> None:
    office.close(DECEMBER)
    counted = office.recap("2026-11", DECEMBER)
    closed = office.store.read(lambda uow: uow.closed_months.get("2026-11"))
    assert closed
    figures = deepcopy(dict(closed.figures))
    for counts in (figures["received"], *(row["by_phase"] for one in figures["tables"] for row in one["rows"])):
        del counts["in_progress"]
    fixed = office.store.read(lambda uow: as_closed(uow, evolve(closed, figures=figures), counted))
    assert fixed.received == counted.received
    assert fixed.tables == counted.tables
    assert fixed.closed is not None
    assert fixed.closed.changes == ()


def test_a_target_says_where_the_month_lands_at_this_pace(office: Office) -> None:
    office.does(lambda uow: uow.targets.put(Target(month="2026-11", sto="SDA", target=12, working_days=25)))

    def landing(text: str, now: datetime) -> int | None:
        target = office.recap(text, now).target
        assert target
        return target.landing

    # Monday to Saturday. On the 11th, 8 working days are over: 2 completed, 0.25 a day, 17 days are left with today.
    assert landing("2026-11", datetime(2026, 11, 11, 8, tzinfo=WIB)) == round(2 + 17 * 0.25)
    # On the 10th nothing was completed before today, and two are today.
    assert landing("2026-11", datetime(2026, 11, 10, 18, tzinfo=WIB)) == 2
    assert landing("2026-11-10", datetime(2026, 11, 24, 10, tzinfo=WIB)) == round(2 + 17 * 0.25)
    assert landing("2026-11", DECEMBER) is None
    assert landing("2026-11", datetime(2026, 11, 1, 10, tzinfo=WIB)) is None
    text = recap_text(office.recap("2026-11", datetime(2026, 11, 11, 8, tzinfo=WIB)), words_in("id", ZONE))
    assert "dengan laju ini 6" in text


def test_days_left_are_said_of_all_targets_only_where_they_agree(office: Office) -> None:
    for sto, days in (("SDA", 25), ("SPJ", 20)):
        one = Target(month="2026-11", sto=sto, target=40, working_days=days)
        office.does(lambda uow, one=one: uow.targets.put(one))  # type: ignore[misc]  # bound now
    targets = office.recap("2026-11", datetime(2026, 11, 10, 8, tzinfo=WIB)).targets
    assert [one.days_left for one in targets] == [None, 18, 13]


def test_orders_open_past_72_hours_are_not_hidden_by_those_completed_in_time(office: Office) -> None:
    found = office.recap("2026-11", DECEMBER)
    assert found.promise.share == 1
    assert found.due == Promise(within=2, late=1)
    assert office.recap("2026-11", NOVEMBER + PROMISE).due == Promise()
    text = recap_text(found, words_in("id", ZONE))
    assert "TTI comply: 2 dari 3 (66,7%)" in text
    assert "TTI comply dari yang selesai: 2 dari 2 (100%)" in text


def test_a_month_closed_before_due_orders_were_counted_keeps_its_figure_and_its_name(office: Office) -> None:
    office.close(DECEMBER)

    def older(uow: UnitOfWork) -> None:
        closed = uow.closed_months.get("2026-11")
        assert closed
        figures = deepcopy(dict(closed.figures))
        del figures["due"]
        for table in figures["tables"]:
            for row in table["rows"]:
                del row["due"]
        assert uow.closed_months.add(evolve(closed, month="2026-10", figures=figures))

    office.does(older)
    found = office.recap("2026-10", DECEMBER)
    assert found.due is None
    assert "TTI comply: 2 dari 2 (100%)" in recap_text(found, words_in("id", ZONE))


def test_a_running_period_is_compared_with_the_same_days_until_the_same_time(office: Office) -> None:
    words = words_in("id", ZONE)
    morning = datetime(2026, 12, 10, 8, tzinfo=WIB)  # November's three came at 9.00 on the 10th
    assert "Masuk: 0 (sama dengan 1 Nov – 10 Nov sampai pukul 08.00)" in recap_text(
        office.recap("2026-12", morning), words
    )
    assert "▼ turun 3 dari 1 Nov – 10 Nov sampai pukul 10.00" in recap_text(
        office.recap("2026-12", morning + timedelta(hours=2)), words
    )
    day_after = datetime(2026, 11, 11, 8, tzinfo=WIB)
    assert "sama dengan hari sebelumnya sampai pukul 08.00" in recap_text(office.recap("2026-11-11", day_after), words)
    # December has no 31st day in the month before: the whole month is compared.
    whole = office.recap("2026-12", datetime(2026, 12, 31, 8, tzinfo=WIB)).before
    assert whole
    assert (whole.until, whole.received) == (None, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_name_and_a_definition(language: str) -> None:
    known, words = sentences(language), words_in(language, ZONE)
    assert len({figure.name(words) for figure in FIGURES}) == len(FIGURES)
    wanted = {figure.definition for figure in FIGURES}
    wanted |= {f"recap.means.{code}" for code in MORE} | {f"recap.{code}" for code in MORE}
    assert wanted - set(known) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_of_a_recap_says_its_figures_and_fits_one_message(office: Office, language: str) -> None:
    words = words_in(language, ZONE)
    office.does(lambda uow: uow.targets.put(Target(month="2026-11", sto="SDA", target=12, working_days=25)))
    text = recap_text(office.recap("2026-11", DECEMBER, sto="SDA"), words)
    lines = text.splitlines()
    assert lines[0] == words("recap.title.month", month=words.month(date(2026, 11, 1)))
    assert any(line.startswith(f"{words('recap.received')}: 2") for line in lines)
    assert "STO SDA" in text
    whole = office.recap("2026-11", DECEMBER)
    table = whole.table(Dimension.STO)
    assert table
    wide = evolve(table, rows=tuple(evolve(table.rows[0], label="😀" * 400) for _ in range(30)))
    long = recap_text(evolve(whole, tables=(wide,)), words)
    assert len(long.encode("utf-16-le")) // 2 <= LONGEST
    assert long.splitlines()[-1].startswith("…")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("2026-13", "period.unknown"), ("", "period.unknown"), ("1999-01-01", "period.unknown")),
        *(("2026-11-02_2026-11-01", "period.backwards"), ("2026-01-01_2027-01-02", "period.too_long")),
        *(("2026-11-01_", "period.unknown"), ("2026-11-01_2026-11", "period.unknown"), ("hari ini", "period.unknown")),
    ],
)
def test_what_is_no_period_is_refused_by_what_is_wrong_with_it(text: str, code: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        RecapQuery.parse(text)
    assert wrong.value.code == code


def test_a_question_survives_its_query_string_and_knows_its_neighbours() -> None:
    given = dict(zip(FILTERS, ("AO", "SDA", "A & B=C", "F5SDA445", "-", "web", "odp_penuh"), strict=True))
    for text, before, after in (
        ("2026-11-01", "2026-10-31", "2026-11-02"),
        ("2026-01", "2025-12", "2026-02"),
        ("2026-11-01_2026-11-15", "2026-10-17_2026-10-31", "2026-11-16_2026-11-30"),
    ):
        query = RecapQuery.parse(text, given)
        assert RecapQuery.decode(query.encoded) == query
        assert query.text == text
        assert query.previous
        assert query.next
        assert (query.previous.text, query.next.text) == (before, after)
        assert query.previous.filters == given
    assert RecapQuery.parse("2000-01-01").previous is None
    assert RecapQuery.parse("2099-12").next is None
    assert RecapQuery.parse("2026-11").span is Span.MONTH
    for wrong in ({"colour": "red"}, {"helpdesk": "x"}, {"sto": "x" * 65}):
        with pytest.raises(InvalidValue, check=coded("period.filter")):
            RecapQuery.parse("2026-11", wrong)


def test_a_month_before_the_installation_began_never_closes_by_itself_but_by_hand(office: Office) -> None:
    """Whoever imports October in November may not be done with it."""
    old = datetime(2026, 10, 5, 9, tzinfo=WIB)
    office.does(lambda uow: stored_order(uow, "SC61000000", received_at=old, now=NOVEMBER))
    later = DECEMBER + timedelta(days=40)
    while closing := office.store.read(lambda uow: next_closing(uow, later, ZONE)):
        office.does(closing)
    assert office.store.read(lambda uow: uow.closed_months.names()) == {"2026-11", "2026-12"}

    by_hand = office.store.read(lambda uow: count_month(uow, "2026-10", office.people.supervisor, later, ZONE))
    office.does(by_hand)
    assert "2026-10" in office.store.read(lambda uow: uow.closed_months.names())


def test_two_who_close_a_month_at_once_close_it_once(office: Office) -> None:
    first, second = (
        office.store.read(lambda uow: count_month(uow, "2026-11", office.people.supervisor, DECEMBER, ZONE))
        for _ in range(2)
    )
    office.does(first)
    with pytest.raises(InvalidValue, check=coded("month.closed")):
        office.does(second)
