"""A recap in sentences: rules that say what is worth saying, each with its figures, its weight and its orders.

A rule gets the recap and what it is compared with (`Case`) and returns a sentence or None. It says only what these
figures say. `RULES` lists all rules; the sentences that weigh most are shown, each subject once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import sqrt

from attrs import field, frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Dimension, Interval, Spread
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.comparison import Comparison, compare
from sikpro.application.reports.course import Course
from sikpro.application.reports.ordinary import Band, band
from sikpro.application.reports.recap_data import Headline, Promise, Reason, Recap, RecapRow
from sikpro.application.reports.recap_query import Span
from sikpro.application.reports.waiting import TURNS
from sikpro.application.reports.wording import before_text, percent
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Turn

MOST = 5
"""The most sentences shown."""

GOOD_SHARE = 0.95
"""From this share of orders in time on, the rest needs no sentence."""

MANY = 10
"""The fewest orders from which a share or a median is worth comparing."""

_FEW = 3
"""Days with fewer orders on average are not compared with each other: single orders would decide."""

_SIGMAS = 3


class Tone(StrEnum):
    """What a sentence is about: less, more, something to act on, time, or nothing unusual."""

    LESS = "less"
    MORE = "more"
    ALARM = "alarm"
    TIME = "time"
    CALM = "calm"


class List(StrEnum):
    """The kind of a list of orders behind a sentence; its filters narrow it further."""

    RECEIVED = "received"
    COMPLETED = "completed"
    REASON = "reason"
    LATE = "late"
    DAY = "day"
    WAITED = "waited"
    DUPLICATES = "duplicates"
    DUE = "due"


@frozen
class Share:
    """A share of 1, shown in percent."""

    value: float


@frozen
class Signed:
    """A change of a number, shown with its sign."""

    value: int


Param = int | str | date | datetime | timedelta | Bilingual | Share | Signed | Headline | Turn


@frozen(kw_only=True)
class Behind:
    """The list behind a sentence, and how many orders it has."""

    what: List
    count: int
    filters: Mapping[str, str] = field(factory=dict[str, str])


@frozen
class Part:
    """A sentence of the catalogues with its parameters; with `count` 1, the one for a single order, if there is one."""

    code: str
    params: Mapping[str, Param]
    count: int = 0

    def text(self, words: Words) -> str:
        """Return the part in a language."""
        code = f"explain.{self.code}"
        single = self.count == 1 and words.knows(f"{code}.one")
        return words(f"{code}.one" if single else code, **{n: _text(value, words) for n, value in self.params.items()})


@frozen(kw_only=True)
class Sentence:
    """What a rule says: a head and details. Of two sentences with one `subject`, only the weightier is shown."""

    rule: str
    tone: Tone
    weight: float
    parts: tuple[Part, ...]
    subject: str = ""
    behind: Behind | None = None

    def text(self, words: Words) -> str:
        """Return the whole sentence in a language."""
        return " ".join(part.text(words) for part in self.parts)


@frozen
class Case:
    """What a rule may use."""

    recap: Recap
    beside: Comparison

    @property
    def is_day(self) -> bool:
        """Whether it is the recap of one day."""
        return self.recap.query.span is Span.DAY

    def rows(self, dimension: Dimension) -> Sequence[RecapRow]:
        """Return the rows of a dimension that have a value; none where the recap is narrowed to one."""
        table = self.recap.table(dimension)
        if table is None or dimension.value in self.recap.query.filters:
            return ()
        return [row for row in table.rows if row.value]


Rule = Callable[[Case], Sentence | None]


def explained(uow: UnitOfWork, recap: Recap, by: Person, now: datetime, zone: str) -> tuple[Sentence, ...]:
    """Fetch what a recap is compared with, and return its sentences."""
    return explain(recap, compare(uow, recap, by, now, zone))


def explain(recap: Recap, beside: Comparison) -> tuple[Sentence, ...]:
    """Return what is worth saying, the weightiest first, `MOST` at most.

    When no rule has anything to say of a recap with orders, one sentence says that it is ordinary.
    """
    has_orders = bool(recap.total or recap.completed or recap.cancelled)
    if not has_orders and not (beside.due.today.count or beside.due.past.count):
        return ()
    case = Case(recap, beside)
    found = sorted(filter(None, (rule(case) for rule in RULES.values())), key=lambda one: -one.weight)
    kept = list[Sentence]()
    for sentence in found:
        if not sentence.subject or sentence.subject not in {one.subject for one in kept}:
            kept.append(sentence)
    if kept or not has_orders or not _comparable(case):
        return tuple(kept[:MOST])
    return (Sentence(rule="ordinary", tone=Tone.CALM, weight=0, parts=(Part("ordinary", {}),)),)


def sentences(found: Sequence[Sentence], words: Words) -> list[str]:
    """Return sentences as text."""
    return [sentence.text(words) for sentence in found]


def unfinished(recap: Recap) -> tuple[Reason, ...]:
    """Return the reasons of held-up and of cancelled orders together, most frequent first, with shares of all."""
    found = sorted((*recap.reasons, *recap.cancel_reasons), key=lambda one: (-one.count, one.status))
    every, so_far = sum(reason.count for reason in found), 0
    merged = list[Reason]()
    for reason in found:
        so_far += reason.count
        merged.append(
            Reason(
                status=reason.status,
                label=reason.label,
                group=reason.group,
                count=reason.count,
                share=reason.count / every,
                cumulative=so_far / every,
            )
        )
    return tuple(merged)


def working_day_band(recap: Recap, beside: Comparison) -> tuple[Band | None, Mapping[date, int]]:
    """Return what is ordinary for the working days of a period that are over, and their received orders by day."""
    table = recap.table(Dimension.DAY)
    counts = {date.fromisoformat(row.value): row.total for row in table.rows} if table else {}
    days = (recap.query.first + timedelta(days=n) for n in range(recap.query.days if counts else 0))
    over = {day: counts.get(day, 0) for day in days if day < beside.today and day in beside.work_days}
    return (band(list(over.values())) if len(over) >= MANY else None), over


def _comparable(case: Case) -> bool:
    return case.recap.before is not None or any(course.ordinary for course in case.beside.courses)


def _change(case: Case, figure: str, now: int, then: int) -> Sentence | None:
    """Say that a figure changed against the period before, who changed most, and their most frequent reason.

    Not when the change is within the noise of counts, and not of a month that is over and ordinary.
    """
    trend, gap = case.beside.trend, now - then
    if case.is_day or case.recap.before is None or not then or abs(gap) < 0.1 * then or not _beyond_noise(now, then):
        return None
    outside = trend.outside(figure) if case.recap.query.span is Span.MONTH else 0
    ordinary = trend.band(figure)
    if case.recap.query.span is Span.MONTH and ordinary and trend.months[-1].over and not outside:
        return None
    way = "more" if gap > 0 else "less"
    head: dict[str, Param] = {
        "share": Share(abs(gap) / then),
        "then": then,
        "now": now,
        "before": case.recap.before,
    }
    parts = [Part(f"{figure}_{way}", head)]
    if outside:
        parts.append(Part("outside_months", {"months": len(trend.months) - 1}))
    who, behind = _contributor(case, figure, gap)
    return Sentence(
        rule=f"{figure}_change",
        tone=Tone.MORE if gap > 0 else Tone.LESS,
        weight=(70 if figure == "received" else 60) + min(20 * abs(gap) / then, 20),
        parts=(*parts, *who),
        subject=figure,
        behind=behind,
    )


def _contributor(case: Case, figure: str, gap: int) -> tuple[Sequence[Part], Behind | None]:
    received = figure == "received"
    before = case.beside.before if received else case.beside.done_before
    headline = case.recap.before
    for dimension in (Dimension.STO, Dimension.TECHNICIAN, Dimension.TYPE):
        rows, then = case.rows(dimension), before.get(dimension, {})
        expected = headline and (headline.received if received else headline.completed)
        if len(rows) < 2 or sum(then.values()) != expected:
            continue  # a closed month has its own figures, and these are of now
        moved = [(_figure(row, received) - then.get(row.value, 0), row) for row in rows]
        moved.sort(key=lambda one: one[0], reverse=gap > 0)
        change, row = moved[0]
        if change * gap <= 0 or abs(change) < 0.15 * abs(gap):
            continue
        named = Part("contributor", {"name": row.label, "change": Signed(change)})
        second, other = moved[1]
        if second * gap > 0 and abs(second) >= abs(change) / 2:
            named = Part(
                "contributors",
                {"name": row.label, "change": Signed(change), "other": other.label, "second": Signed(second)},
            )
        parts = [named, *_top_reason(case, dimension, row)]
        what = List.RECEIVED if received else List.COMPLETED
        return parts, Behind(what=what, count=_figure(row, received), filters={dimension.value: row.value})
    return (), None


def _figure(row: RecapRow, received: bool) -> int:
    return row.total if received else row.completed


def _top_reason(case: Case, dimension: Dimension, row: RecapRow) -> Iterator[Part]:
    if dimension is not Dimension.STO or case.recap.closed:
        return
    here = Counter({status: n for (status, sto), n in case.beside.unfinished.items() if sto == row.value})
    labels = {reason.status: reason.label for reason in unfinished(case.recap)}
    for status, count in here.most_common(1):
        if count >= 2 and status in labels:
            yield Part("contributor_reason", {"reason": labels[status], "count": count})


def _received_change(case: Case) -> Sentence | None:
    before = case.recap.before
    return _change(case, "received", case.recap.total, before.received) if before else None


def _completed_change(case: Case) -> Sentence | None:
    before = case.recap.before
    return _change(case, "completed", case.recap.completed, before.completed) if before else None


def _month_outside(case: Case) -> Sentence | None:
    """Say that a month that is over is outside what is ordinary, also if the month before was too."""
    trend = case.beside.trend
    if case.recap.query.span is not Span.MONTH:
        return None
    for figure in ("received", "completed"):
        way, ordinary = trend.outside(figure), trend.band(figure)
        if way and ordinary:
            now = case.recap.total if figure == "received" else case.recap.completed
            params: dict[str, Param] = {"count": now, "months": len(trend.months) - 1, **_limits(ordinary)}
            return Sentence(
                rule="month_outside",
                tone=Tone.MORE if way > 0 else Tone.LESS,
                weight=65,
                parts=(Part(f"month_{figure}_{'high' if way > 0 else 'low'}", params),),
                subject=figure,
                behind=Behind(what=List.RECEIVED if figure == "received" else List.COMPLETED, count=now),
            )
    return None


def _reasons(case: Case) -> Sentence | None:
    """Say for what most orders are held up or cancelled, where, and how few reasons explain three quarters."""
    reasons = unfinished(case.recap)
    every = sum(reason.count for reason in reasons)
    if every < MANY or len(reasons) < 2 or reasons[0].count < 3:
        return None
    top = reasons[0]
    whole = bool(case.recap.cancel_reasons) or not case.recap.received[Phase.CANCELLED]
    head = "reasons" if whole else "reasons_held_up"
    parts = [Part(head, {"every": every, "count": top.count, "reason": top.label})]
    where = Counter({sto: n for (status, sto), n in case.beside.unfinished.items() if status == top.status})
    if not case.recap.closed and len(where) > 1 and where.total() == top.count:
        sto, many = where.most_common(1)[0]
        if many >= max(top.count / 3, 2) and "sto" not in case.recap.query.filters:
            label = next((row.label for row in case.rows(Dimension.STO) if row.value == sto), sto)
            parts.append(Part("reasons_where", {"name": label, "count": many, "all": top.count}))
    few = next((n for n, reason in enumerate(reasons, start=1) if reason.cumulative >= 0.75), 0)
    if 1 < few <= len(reasons) / 2:
        parts.append(Part("reasons_few", {"few": few, "share": Share(reasons[few - 1].cumulative)}))
    return Sentence(
        rule="reasons",
        tone=Tone.ALARM,
        weight=50 + 20 * min(every / max(case.recap.total, 1), 1),
        parts=tuple(parts),
        subject=f"status:{top.status}",
        behind=Behind(what=List.REASON, count=top.count, filters={"status": top.status}),
    )


def _tti(case: Case) -> Sentence | None:
    """Say how many orders that fell due were not in time, and the share without the STO that has most of them."""
    due = case.recap.due
    if due is None or due.share is None or due.all < MANY or due.share >= GOOD_SHARE:
        return None
    parts = [Part("tti", {"share": Share(due.share), "late": due.late, "all": due.all}, due.late)]
    behind, subject = Behind(what=List.LATE, count=due.late), "tti"
    rows = [row for row in case.rows(Dimension.STO) if row.due and row.due.late]
    worst = max(rows, key=lambda row: row.due.late if row.due else 0, default=None)
    if worst and worst.due and len(rows) > 1 and due.all > worst.due.all:
        without = (due.within - worst.due.within) / (due.all - worst.due.all)
        if without - due.share >= 0.005:
            params: dict[str, Param] = {"count": worst.due.late, "name": worst.label, "share": Share(without)}
            parts.append(Part("tti_worst", params, worst.due.late))
            behind = Behind(what=List.LATE, count=worst.due.late, filters={"sto": worst.value})
            subject = f"sto:{worst.value}"
    return Sentence(
        rule="tti", tone=Tone.TIME, weight=62 + 30 * (1 - due.share), parts=tuple(parts), subject=subject, behind=behind
    )


def _comply_outside(case: Case, dimension: Dimension) -> Sentence | None:
    """Say who is in time less often than chance alone makes it: three standard deviations below the share of all."""
    due = case.recap.due
    if due is None or due.share is None or due.share in {0, 1}:
        return None
    found = list[tuple[float, float, RecapRow]]()
    for row in case.rows(dimension):
        if row.due and row.due.share is not None and row.due.all >= MANY:
            sigma = sqrt(due.share * (1 - due.share) / row.due.all)
            if below_chance(due, row.due):
                found.append(((due.share - row.due.share) / sigma, due.share - _SIGMAS * sigma, row))
    if not found:
        return None
    _, limit, row = max(found, key=lambda one: one[0])
    assert row.due is not None
    assert row.due.share is not None
    params: dict[str, Param] = {
        "name": row.label,
        "share": Share(row.due.share),
        "all": row.due.all,
        "limit": Share(limit),
        "whole": Share(due.share),
    }
    return Sentence(
        rule=f"{dimension}_outside",
        tone=Tone.TIME,
        weight=45 + 20 * (due.share - row.due.share),
        parts=(Part("comply_outside", params),),
        subject=f"{dimension}:{row.value}",
        behind=Behind(what=List.LATE, count=row.due.late, filters={dimension.value: row.value}),
    )


def below_chance(every: Promise | None, some: Promise) -> bool:
    """Whether some orders are in time less often than chance alone makes it, given the share of all orders."""
    if every is None or every.share in {None, 0, 1} or some.share is None or some.all < MANY:
        return False
    share = every.share or 0
    return some.share < share - _SIGMAS * sqrt(share * (1 - share) / some.all)


def _sto_outside(case: Case) -> Sentence | None:
    return _comply_outside(case, Dimension.STO)


def _technician_outside(case: Case) -> Sentence | None:
    """Say it of a technician, unless it was said of an STO with the same orders: the only technician there."""
    found, sto = (_comply_outside(case, dimension) for dimension in (Dimension.TECHNICIAN, Dimension.STO))
    return None if found and sto and found.parts[0].params["all"] == sto.parts[0].params["all"] else found


def _day_outside(case: Case) -> Sentence | None:
    """Say which working day was farthest outside what is ordinary for the period's working days; with its note."""
    if case.is_day:
        return None
    ordinary, days = working_day_band(case.recap, case.beside)
    if ordinary is None or ordinary.mean < _FEW:
        return None
    odd = [(max(count - ordinary.high, ordinary.low - count), day, count) for day, count in days.items()]
    excess, day, count = max(odd)
    if excess <= 0:
        return None
    way = ordinary.outside(count)
    params: dict[str, Param] = {"day": day, "count": count, **_limits(ordinary)}
    notes = [Part("day_note", {"text": note.text}) for note in case.beside.notes if note.day == day]
    return Sentence(
        rule="day_outside",
        tone=Tone.MORE if way > 0 else Tone.LESS,
        weight=40,
        parts=(Part(f"day_{'high' if way > 0 else 'low'}", params), *notes[:1]),
        subject=f"day:{day}",
        behind=Behind(what=List.DAY, count=count, filters={"day": day.isoformat()}) if count else None,
    )


def _due_soon(case: Case) -> Sentence | None:
    """Say how many open orders fall due before midnight, which is the first, and how many are past already."""
    due = case.beside.due
    if not case.is_day or case.recap.query.first != case.beside.today or not (due.today.count or due.past.count):
        return None
    parts = list[Part]()
    if due.today.count:
        first = due.today.orders[0]
        params: dict[str, Param] = {
            "count": due.today.count,
            "number": first.row.number,
            "time": first.at,
            "turn": first.row.turn,
        }
        parts.append(Part("due_today", params, due.today.count))
    if due.past.count:
        parts.append(Part("due_past", {"count": due.past.count}, due.past.count))
    many = due.today.count + due.past.count
    return Sentence(
        rule="due_soon",
        tone=Tone.ALARM,
        weight=90,
        parts=tuple(parts),
        subject="due",
        behind=Behind(what=List.DUE, count=many),
    )


def _landing(case: Case) -> Sentence | None:
    """Say that the present pace misses the month's target."""
    target = case.recap.target
    if target is None or target.landing is None or target.landing >= target.target:
        return None
    short = target.target - target.landing
    return Sentence(
        rule="landing",
        tone=Tone.TIME,
        weight=55 + 20 * short / target.target,
        parts=(Part("landing", {"landing": target.landing, "target": target.target, "short": short}, short),),
        subject="target",
    )


def _duplicates(case: Case) -> Sentence | None:
    now, then = case.recap.duplicates, case.beside.duplicates_before
    if now is None or then is None or case.recap.before is None or now - then < 5 or not _beyond_noise(now, then):
        return None
    return Sentence(
        rule="duplicates",
        tone=Tone.MORE,
        weight=35,
        parts=(Part("duplicates", {"now": now, "then": then, "before": case.recap.before}),),
        subject="duplicates",
        behind=Behind(what=List.DUPLICATES, count=now),
    )


def _waiting(case: Case) -> Sentence | None:
    """Say for whom completed orders waited longer than in the period before, by the median."""
    if case.recap.before is None:
        return None
    longer = list[tuple[float, Interval, Spread, Spread]]()
    for interval in TURNS:
        now, then = case.recap.times.get(interval, Spread()), case.beside.waits_before.get(interval, Spread())
        if now.median and then.median and min(now.count, then.count) >= MANY:
            ratio = now.median / then.median
            if ratio >= 1.3 and now.median - then.median >= timedelta(minutes=10):
                longer.append((ratio, interval, now, then))
    if not longer:
        return None
    ratio, interval, now, then = max(longer, key=lambda one: one[0])
    assert interval.turn is not None
    assert now.median is not None
    assert then.median is not None
    params: dict[str, Param] = {
        "turn": interval.turn,
        "now": now.median,
        "then": then.median,
        "before": case.recap.before,
    }
    return Sentence(
        rule="waiting",
        tone=Tone.TIME,
        weight=38 + min(5 * ratio, 15),
        parts=(Part("waiting", params),),
        subject=f"turn:{interval.turn}",
        behind=Behind(what=List.WAITED, count=now.count, filters={"waited": str(interval.turn)}),
    )


def _pace(case: Case, place: int, figure: str) -> Sentence | None:
    """Say that a day's orders until the last full hour are outside what is ordinary for working days by then."""
    if len(case.beside.courses) <= place:
        return None
    course: Course = case.beside.courses[place]
    ordinary = course.ordinary
    way = ordinary.outside(course.compared) if ordinary else 0
    if ordinary is None or not way:
        return None
    total = case.recap.total if place == 0 else case.recap.completed
    code = f"pace_{figure}_{'high' if way > 0 else 'low'}"
    params: dict[str, Param] = {"count": course.compared, "days": len(course.days), **_limits(ordinary)}
    parts = (
        (Part(code, params),) if course.over == 24 else (Part(f"{code}_at", {**params, "hour": f"{course.over:02}"}),)
    )
    return Sentence(
        rule=f"pace_{figure}",
        tone=Tone.MORE if way > 0 else Tone.LESS,
        weight=58 - place,
        parts=parts,
        subject=figure,
        behind=Behind(what=List.RECEIVED if place == 0 else List.COMPLETED, count=total) if total else None,
    )


def _pace_received(case: Case) -> Sentence | None:
    return _pace(case, 0, "received")


def _pace_completed(case: Case) -> Sentence | None:
    return _pace(case, 1, "completed")


RULES: Mapping[str, Rule] = {
    "received_change": _received_change,
    "completed_change": _completed_change,
    "month_outside": _month_outside,
    "reasons": _reasons,
    "tti": _tti,
    "sto_outside": _sto_outside,
    "technician_outside": _technician_outside,
    "day_outside": _day_outside,
    "due_soon": _due_soon,
    "landing": _landing,
    "duplicates": _duplicates,
    "waiting": _waiting,
    "pace_received": _pace_received,
    "pace_completed": _pace_completed,
}
"""Every rule by its name."""


def _beyond_noise(now: int, then: int) -> bool:
    """Whether two counts differ by more than chance: two standard deviations of their difference, and five orders."""
    return abs(now - then) >= max(5, 2 * sqrt(now + then))


def _limits(ordinary: Band) -> dict[str, Param]:
    return {"low": round(ordinary.low), "high": round(ordinary.high), "mean": round(ordinary.mean)}


def _text(value: Param, words: Words) -> str:
    match value:
        case Share():
            return percent(value.value, words)
        case Signed():
            return f"{'+' if value.value > 0 else '−'}{words.number(abs(value.value))}"
        case Headline():
            return before_text(value, words)
        case Bilingual():
            return words.text(value)
        case Turn():
            return words(f"turn.{value}")
        case datetime():
            return words.time(value)
        case date():
            return words.short_date(value)
        case timedelta():
            return words.duration(value)
        case int():
            return words.number(value)
        case _:
            return str(value)
