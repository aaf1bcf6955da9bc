"""The sentences of a recap say what the raw rows say: each rule has a check that counts anew, one by one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from statistics import mean, median_low

import pytest
from attrs import evolve, frozen

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.i18n import LANGUAGES, words_in
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.reports.closing import count_month
from sikpro.application.reports.explain import RULES, Sentence, Share, Signed, explained, sentences
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.phase import Turn
from sikpro.testing.builders import CANCELLED, COMPLETED, HELD_UP, an_incoming, key_of, stored_order
from sikpro.testing.histories import TECHNICIANS, WIB, ZONE, found

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@frozen(kw_only=True)
class Raw:
    """An order as a test writes it: when it came, how long until it was completed (None: not), or why it was not."""

    at: datetime
    sto: str = "SDA"
    technician: str = TECHNICIANS[0]
    took: timedelta | None = timedelta(minutes=30)
    held: str = ""
    cancelled: str = ""

    @property
    def day(self) -> date:
        return self.at.date()

    def done_on(self, first: date, last: date) -> bool:
        return self.took is not None and first <= (self.at + self.took).date() <= last


@frozen
class Told:
    """What was said of the raw rows, and the rows."""

    rows: Sequence[Raw]
    recap: Recap
    said: Sequence[Sentence]

    def of(self, rule: str) -> Sentence:
        found_ = [sentence for sentence in self.said if sentence.rule == rule]
        assert found_, [sentence.rule for sentence in self.said]
        return found_[0]

    def rules(self) -> set[str]:
        return {sentence.rule for sentence in self.said}

    def received(self, month: str, **given: str) -> list[Raw]:
        return [
            row
            for row in self.rows
            if row.day.isoformat().startswith(month) and all(getattr(row, name) == given[name] for name in given)
        ]


def params(sentence: Sentence) -> dict[str, object]:
    """All parameters of a sentence's parts."""
    return {name: value for part in sentence.parts for name, value in part.params.items()}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def limits(figures: Sequence[int]) -> tuple[float, float]:
    """What is ordinary for figures in the order of time, by the book."""
    half = 2.66 * mean(abs(after - before) for before, after in pairwise(figures))
    return mean(figures) - half, mean(figures) + half


def days(first: str, many: int) -> list[datetime]:
    """Nine o'clock of so many days."""
    return [moment(f"{first}T09:00") + DAY * n for n in range(many)]


def told(
    rows: Sequence[Raw],
    query: str,
    now: str,
    more: Callable[[UnitOfWork, int], object] = lambda uow, _: None,
    **filters: str,
) -> Told:
    store = MemoryTransactions()
    people = found(store)

    def fill(uow: UnitOfWork) -> None:
        for place, row in enumerate(rows):
            order = stored_order(uow, f"SC{500000 + place}", sto=row.sto, technician=row.technician, received_at=row.at)
            if row.held:
                order = order.move_to(evolve(HELD_UP, code=row.held), 1, row.at).order
            if row.cancelled:
                order = order.move_to(evolve(CANCELLED, code=row.cancelled), 1, row.at + HOUR, reason="x").order
            elif row.took is not None:
                order = order.move_to(evolve(COMPLETED, code="selesai"), 1, row.at + row.took).order
            uow.orders.save(order, key_of(order))
        more(uow, people.supervisor.id)

    store.write(fill)
    by, at = people.supervisor, moment(now)

    def read(uow: UnitOfWork) -> Told:
        shown = recap(uow, RecapQuery.parse(query, filters), by, at, ZONE)
        return Told(rows, shown, explained(uow, shown, by, at, ZONE))

    return store.read(read)


def two_months() -> list[Raw]:
    """October with many orders of SDA, November with few of them, of which some are held up."""
    october = [Raw(at=at) for at in days("2026-10-01", 20)] * 2 + [
        Raw(at=at, sto="SPJ") for at in days("2026-10-01", 30)
    ]
    november = [Raw(at=at, took=None, held="odp_penuh") for at in days("2026-11-02", 8)]
    return [*october, *november, *(Raw(at=at, sto="SPJ") for at in days("2026-11-01", 28))]


def check_received_change() -> None:
    it = told(two_months(), "2026-11", "2026-12-05T10:00")
    then, now = (len(it.received(month)) for month in ("2026-10", "2026-11"))
    sentence = it.of("received_change")
    here = {month: len(it.received(month, sto="SDA")) for month in ("2026-10", "2026-11")}
    assert sentence.parts[0].code == "received_less"
    assert params(sentence) | {"before": None} == {
        "share": Share((then - now) / then),
        "then": then,
        "now": now,
        "before": None,
        "name": "SDA · SDA",
        "change": Signed(here["2026-11"] - here["2026-10"]),
        "reason": next(r.label for r in it.recap.reasons),
        "count": sum(row.held == "odp_penuh" for row in it.received("2026-11", sto="SDA")),
    }
    assert sentence.behind
    assert (sentence.behind.count, sentence.behind.filters) == (here["2026-11"], {"sto": "SDA"})


def check_completed_change() -> None:
    it = told(two_months(), "2026-11", "2026-12-05T10:00")
    spans = [(date(2026, 10, 1), date(2026, 10, 31)), (date(2026, 11, 1), date(2026, 11, 30))]
    then, now = (sum(row.done_on(*span) for row in it.rows) for span in spans)
    here = [sum(row.done_on(*span) and row.sto == "SDA" for row in it.rows) for span in spans]
    sentence = it.of("completed_change")
    assert sentence.parts[0].code == "completed_less"
    said = params(sentence)
    assert (said["then"], said["now"], said["share"]) == (then, now, Share((then - now) / then))
    assert (said["name"], said["change"]) == ("SDA · SDA", Signed(here[1] - here[0]))


def many_months(last: int) -> list[Raw]:
    """Eight months with about twenty orders each, and November with so many."""
    found_ = list[Raw]()
    for place, month in enumerate(range(3, 11)):
        found_ += [Raw(at=at) for at in days(f"2026-{month:02}-01", 20 + place % 3)]
    return found_ + [Raw(at=at + HOUR * n) for n in range(last // 25 + 1) for at in days("2026-11-01", 25)][:last]


def check_month_outside() -> None:
    it = told([*many_months(60)], "2026-11", "2026-12-05T10:00", lambda uow, by: None)
    # The change against October weighs more; it says the same month is outside.
    change = it.of("received_change")
    assert [part.code for part in change.parts][:2] == ["received_more", "outside_months"]
    slowly = told(_rising(), "2026-11", "2026-12-05T10:00")
    sentence = slowly.of("month_outside")
    before = [len(slowly.received(f"2026-{month:02}")) for month in range(3, 11)]
    low, high = limits(before)
    now = len(slowly.received("2026-11"))
    assert now > high
    assert params(sentence) == {
        "count": now,
        "months": 8,
        "low": round(max(low, 0)),
        "high": round(high),
        "mean": round(mean(before)),
    }


def _rising() -> list[Raw]:
    """Months that rise by one or two each: November is outside the band, yet close to October."""
    found_ = list[Raw]()
    for place, month in enumerate(range(3, 12)):
        found_ += [Raw(at=at) for at in days(f"2026-{month:02}-01", 10 + 2 * place)]
    return found_


def check_reasons() -> None:
    at = days("2026-11-02", 20)
    rows = [
        *(Raw(at=one, took=None, held="odp_penuh") for one in at[:9]),
        *(Raw(at=one, took=None, held="odp_penuh", sto="SPJ") for one in at[:3]),
        *(Raw(at=one, cancelled="batal") for one in at[:4]),
        *(Raw(at=at[0], took=None, held=held) for held in ("odp_loss", "odp_rusak", "valins_ulang")),
    ]
    it = told(rows, "2026-11", "2026-12-05T10:00")
    counted = Counter(row.held or row.cancelled for row in rows)
    every, (top, many) = counted.total(), counted.most_common(1)[0]
    few, so_far = 0, 0
    while so_far < 0.75 * every:
        so_far += counted.most_common()[few][1]
        few += 1
    where = Counter(row.sto for row in rows if row.held == top).most_common(1)[0]
    sentence = it.of("reasons")
    assert [dict(part.params) for part in sentence.parts] == [
        {"every": every, "count": many, "reason": it.recap.reasons[0].label},
        {"name": f"{where[0]} · {where[0]}", "count": where[1], "all": many},
        {"few": few, "share": Share(so_far / every)},
    ]
    assert sentence.behind
    assert (sentence.behind.count, sentence.behind.filters) == (many, {"status": top})


def late_rows(sda: tuple[int, int], spj: tuple[int, int], technicians: Sequence[str] = TECHNICIANS) -> list[Raw]:
    """So many orders in time and late, of two STOs."""
    at = days("2026-11-02", 20)
    found_ = list[Raw]()
    for sto, technician, (within, late) in (("SDA", technicians[0], sda), ("SPJ", technicians[1], spj)):
        for place in range(within + late):
            took = HOUR if place < within else 80 * HOUR
            found_.append(Raw(at=at[place % 20], sto=sto, technician=technician, took=took))
    return found_


def check_tti() -> None:
    it = told(late_rows((20, 10), (38, 2)), "2026-11", "2026-12-05T10:00")
    late = [row for row in it.rows if row.took and row.took > 72 * HOUR]
    worst = [row for row in it.rows if row.sto == "SDA"]
    others = [row for row in it.rows if row.sto != "SDA"]
    sentence, kept = it.of("tti"), sum(row not in late for row in it.rows)
    assert [dict(part.params) for part in sentence.parts] == [
        {
            "share": Share(kept / len(it.rows)),
            "late": len(late),
            "all": len(it.rows),
        },
        {
            "count": sum(row in late for row in worst),
            "name": "SDA · SDA",
            "share": Share(sum(row not in late for row in others) / len(others)),
        },
    ]
    assert sentence.behind
    assert (sentence.behind.count, sentence.behind.filters) == (10, {"sto": "SDA"})


def _check_outside(rule: str, name: str, it: Told, theirs: Sequence[Raw]) -> None:
    share = sum(row.took == HOUR for row in it.rows) / len(it.rows)
    mine = sum(row.took == HOUR for row in theirs) / len(theirs)
    limit = share - 3 * sqrt(share * (1 - share) / len(theirs))
    assert mine < limit
    said = params(it.of(rule))
    assert (said["name"], said["all"], said["share"], said["whole"]) == (name, len(theirs), Share(mine), Share(share))
    assert isinstance(said["limit"], Share)
    assert said["limit"].value == pytest.approx(limit)


def check_sto_outside() -> None:
    it = told(late_rows((8, 4), (195, 1)), "2026-11", "2026-12-05T10:00")
    _check_outside("sto_outside", "SDA · SDA", it, [row for row in it.rows if row.sto == "SDA"])
    assert "technician_outside" not in it.rules(), "the same orders are not said twice"


def check_technician_outside() -> None:
    rows = [evolve(row, sto="SDA") for row in late_rows((8, 4), (195, 1))]
    it = told(rows, "2026-11", "2026-12-05T10:00")
    theirs = [row for row in rows if row.technician == TECHNICIANS[0]]
    _check_outside("technician_outside", f"{TECHNICIANS[0]} · {TECHNICIANS[0]}", it, theirs)


def check_day_outside() -> None:
    odd = date(2026, 11, 12)
    rows = [Raw(at=at + HOUR * n) for at in days("2026-11-01", 30) for n in range(9 if at.date() == odd else 3)]

    def note(uow: UnitOfWork, by: int) -> None:
        uow.day_notes.add(DayNote(day=odd, text="migrasi Taman", by=by, at=moment("2026-11-13T09:00")))

    it = told(rows, "2026-11", "2026-12-05T10:00", note)
    counts = Counter(row.day for row in rows)
    working = [counts[day] for day in sorted(counts) if day.weekday() != 6]
    low, high = limits(working)
    sentence = it.of("day_outside")
    assert sentence.parts[0].code == "day_high"
    assert params(sentence) == {
        "day": odd,
        "count": counts[odd],
        "low": round(max(low, 0)),
        "high": round(high),
        "mean": round(mean(working)),
        "text": "migrasi Taman",
    }


def check_due_soon() -> None:
    now = "2026-11-20T17:00"
    ages = (71, 70, 66, 60, 73, 200)
    rows = [Raw(at=moment(now) - HOUR * age, took=None, held="odp_penuh") for age in ages]
    it = told(rows, "2026-11-20", now)
    midnight = moment("2026-11-21T00:00")
    today = sorted(row.at for row in rows if moment(now) <= row.at + 72 * HOUR < midnight)
    past = [row for row in rows if row.at + 72 * HOUR < moment(now)]
    said = params(it.of("due_soon"))
    assert (said["time"], said["turn"]) == (today[0] + 72 * HOUR, Turn.TECHNICIAN)
    assert [part.params["count"] for part in it.of("due_soon").parts] == [len(today), len(past)]


def check_landing() -> None:
    rows = [Raw(at=at) for at in days("2026-11-02", 12)]

    def target(uow: UnitOfWork, _: int) -> None:
        uow.targets.put(Target(month="2026-11", sto="SDA", target=60, working_days=25))

    it = told(rows, "2026-11", "2026-11-14T12:00", target)
    assert it.recap.target
    landing = it.recap.target.landing
    assert landing is not None
    assert params(it.of("landing")) == {"landing": landing, "target": 60, "short": 60 - landing}
    assert "landing" not in told(rows, "2026-11", "2026-12-14T12:00", target).rules(), "the month is over"


def check_duplicates() -> None:
    times = [moment("2026-10-05T09:00")] * 2 + [moment("2026-11-05T09:00")] * 14

    def refusals(uow: UnitOfWork, _: int) -> None:
        for place, at in enumerate(times):
            received = uow.inbox.receive(an_incoming(message_id=place), at)
            uow.inbox.finish(received or 0, Outcome.REFUSAL, "order.duplicate")

    it = told([Raw(at=at) for at in days("2026-11-02", 3)], "2026-11", "2026-12-05T10:00", refusals)
    said = params(it.of("duplicates"))
    assert (said["then"], said["now"]) == tuple(sum(at.month == month for at in times) for month in (10, 11))


def check_waiting() -> None:
    def waits(first: str, hours: Sequence[int]) -> list[Raw]:
        return [Raw(at=at, held="odp_penuh", took=HOUR * hour) for at, hour in zip(days(first, 12), hours, strict=True)]

    then, now = [2, 3, 4] * 4, [6, 9, 12] * 4
    it = told([*waits("2026-10-01", then), *waits("2026-11-01", now)], "2026-11", "2026-12-05T10:00")
    said = params(it.of("waiting"))
    assert said["turn"] == Turn.TECHNICIAN
    assert (said["then"], said["now"]) == tuple(HOUR * median_low(hours) for hours in (then, now))


def paced(today: int, took: timedelta) -> list[Raw]:
    """Twenty-four working days with four or five orders before noon, and the next with so many."""
    before = [at for at in days("2026-10-20", 28) if at.weekday() != 6]
    rows = [Raw(at=at + timedelta(minutes=n), took=took) for p, at in enumerate(before) for n in range(4 + p % 2)]
    return [*rows, *(Raw(at=moment("2026-11-17T09:00") + timedelta(minutes=n), took=took) for n in range(today))]


def check_pace(rule: str) -> None:
    it = told(paced(12, timedelta(minutes=5)), "2026-11-17", "2026-11-17T12:30")
    counts = Counter(row.day for row in it.rows)
    last = [counts[day] for day in sorted(counts) if day < date(2026, 11, 17)][-20:]
    low, high = limits(last)
    sentence = it.of(rule)
    assert sentence.parts[0].code == f"{rule}_high_at"
    assert params(sentence) == {
        "count": 12,
        "days": 20,
        "low": round(max(low, 0)),
        "high": round(high),
        "mean": round(mean(last)),
        "hour": "12",
    }
    assert rule not in told(paced(5, timedelta(minutes=5)), "2026-11-17", "2026-11-17T12:30").rules()


CHECKS: Mapping[str, Callable[[], None]] = {
    "received_change": check_received_change,
    "completed_change": check_completed_change,
    "month_outside": check_month_outside,
    "reasons": check_reasons,
    "tti": check_tti,
    "sto_outside": check_sto_outside,
    "technician_outside": check_technician_outside,
    "day_outside": check_day_outside,
    "due_soon": check_due_soon,
    "landing": check_landing,
    "duplicates": check_duplicates,
    "waiting": check_waiting,
    "pace_received": lambda: check_pace("pace_received"),
    "pace_completed": lambda: check_pace("pace_completed"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_sentence_says_what_the_raw_rows_say(rule: str) -> None:
    CHECKS[rule]()


def test_a_month_inside_what_is_ordinary_is_not_explained_by_the_noise() -> None:
    assert told(many_months(22), "2026-11", "2026-12-05T10:00").rules() == {"ordinary"}


def test_a_month_that_runs_is_not_judged_by_whole_months() -> None:
    it = told(many_months(5), "2026-11", "2026-11-06T10:00")
    assert "month_outside" not in it.rules()


def test_nothing_is_said_of_a_period_without_orders() -> None:
    assert told([], "2026-11", "2026-12-05T10:00").said == ()


def test_a_closed_months_change_names_nobody_by_rows_that_moved_since() -> None:
    store = MemoryTransactions()
    people = found(store)

    def fill(uow: UnitOfWork) -> None:
        for place, at in enumerate([*days("2026-10-01", 30), *days("2026-10-01", 30), *days("2026-11-01", 20)]):
            stored_order(uow, f"SC{500000 + place}", received_at=at, sto="SDA" if place % 2 else "SPJ")

    store.write(fill)
    closed = moment("2026-11-05T10:00")
    store.write(store.read(lambda uow: count_month(uow, "2026-10", people.supervisor, closed, ZONE)))
    store.write(lambda uow: stored_order(uow, "SC599999", received_at=moment("2026-10-09T09:00")))
    at = moment("2026-12-05T10:00")

    def read(uow: UnitOfWork) -> Sequence[Sentence]:
        shown = recap(uow, RecapQuery.parse("2026-11"), people.supervisor, at, ZONE)
        return explained(uow, shown, people.supervisor, at, ZONE)

    sentence = next(one for one in store.read(read) if one.rule == "received_change")
    assert params(sentence)["then"] == 60, "the fixed figure"
    assert "name" not in params(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_order_is_said_in_the_singular(language: str) -> None:
    now = "2026-11-20T17:00"
    it = told([Raw(at=moment(now) - 71 * HOUR, took=None, held="odp_penuh")], "2026-11-20", now)
    text = sentences([it.of("due_soon")], words_in(language, ZONE))[0]
    assert (
        text
        == {
            "id": "1 order jatuh tempo sebelum tengah malam: SC500000 pukul 18.00, giliran Teknisi.",
            "en": "1 order falls due before midnight: SC500000 at 18:00, turn: Technician.",
        }[language]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_text_for_a_chat_with_the_numbers_of_the_language(language: str) -> None:
    it = told(two_months(), "2026-11", "2026-12-05T10:00")
    text = " ".join(sentences(it.said, words_in(language, ZONE)))
    assert ("48,6%" if language == "id" else "48.6%") in text
    assert "−32" in text
    assert "{" not in text


def test_at_most_five_sentences_are_said_the_weightiest_first() -> None:
    it = told([*two_months(), *late_rows((20, 10), (38, 2))], "2026-11", "2026-12-05T10:00")
    assert len(it.said) <= 5
    weights = [sentence.weight for sentence in it.said]
    assert weights == sorted(weights, reverse=True)


def test_a_filter_is_not_named_as_the_cause_of_a_change() -> None:
    it = told(two_months(), "2026-11", "2026-12-05T10:00", sto="SDA")
    assert "name" not in params(it.of("received_change"))
