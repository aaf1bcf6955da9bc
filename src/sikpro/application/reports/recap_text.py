"""The recap as plain text for any chat: short enough for one message of Telegram."""

from collections.abc import Iterator, Sequence

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Dimension
from sikpro.application.reports.figures import BY_CODE
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.wording import filters_text, percent, spread, versus
from sikpro.application.use_cases.orders.list_orders import AGES
from sikpro.domain.phase import Phase

LONGEST = 4096
"""The most UTF-16 units of a message, as Telegram counts them."""

REASONS = 8
ROWS = 12


def recap_text(recap: Recap, words: Words, said: Sequence[str] = ()) -> str:
    """Return the recap as one message, with sentences that explain it (`explain.sentences`) below the head.

    Lines that do not fit are left out from the end, and the last line says so.
    """
    lines = list(_lines(recap, words, said))
    left_out = 0
    while _units("\n".join(lines)) > LONGEST - 40:
        lines.pop()
        left_out += 1
    if left_out:
        lines.append(words("recap.text.more", count=words.number(left_out)))
    return "\n".join(lines)


def _lines(recap: Recap, words: Words, said: Sequence[str]) -> Iterator[str]:
    yield recap.query.title(words)
    if recap.own:
        yield words("recap.own")
    if recap.query.filters:
        yield words("recap.filtered", filters=filters_text(recap, words))
    yield _made(recap, words)
    yield ""
    if said:
        yield from (f"• {sentence}" for sentence in said)
        yield ""
    yield _figure("received", words.number(recap.total), recap, words)
    if recap.total:
        parts = ((words(f"phase.{phase}"), recap.received[phase]) for phase in Phase)
        yield " · ".join(f"{label} {words.number(count)}" for label, count in parts if count)
    yield _figure("completed", words.number(recap.completed), recap, words)
    yield _figure("cancelled", words.number(recap.cancelled), recap, words)
    yield _figure("open_now", words.number(recap.open_now), recap, words)
    if recap.open_now:
        ages = ((words(f"queue.age.{age}"), recap.ages.get(age, 0)) for age in AGES)
        yield " · ".join(f"{label} {words.number(count)}" for label, count in ages if count)
    yield from _how_well(recap, words)
    yield from _reasons(recap, words)
    yield from _rows(recap, words)


def _made(recap: Recap, words: Words) -> str:
    if recap.closed is None:
        made = words.local(recap.made_at)
        return words("recap.made", when=f"{words.long_date(made.date())} {words.time(recap.made_at)}")
    when = words.long_date(words.local(recap.closed.at).date())
    if recap.closed.by:
        return words("recap.closed.by", name=recap.closed.by, when=when)
    return words("recap.closed.by_itself", when=when)


def _figure(code: str, value: str, recap: Recap, words: Words) -> str:
    line = words("recap.text.line", label=BY_CODE[code].name_in(recap, words), value=value)
    compared = versus(recap, code, words)
    return f"{line} ({compared.text})" if compared else line


def _how_well(recap: Recap, words: Words) -> Iterator[str]:
    target = recap.target
    for code, promise in (("due_share", recap.due), ("tti_share", recap.promise)):
        if promise is not None and promise.share is not None:
            value = words(
                "recap.text.share",
                count=words.number(promise.within),
                all=words.number(promise.all),
                share=percent(promise.share, words),
            )
            yield _figure(code, value, recap, words)
    for interval, times in recap.times.items():
        if times.count:
            yield _figure(interval.value, spread(times, words), recap, words)
    if target:
        numbers = {name: words.number(getattr(target, name)) for name in ("done", "target", "left")}
        value = words("recap.text.target", **numbers)
        if target.per_day is not None:
            value += "; " + words("recap.text.per_day", per_day=words.number(round(target.per_day, 1)))
        if target.days_left:
            value += ", " + words("recap.text.days_left", days=words.number(target.days_left))
        if target.landing is not None:
            value += "; " + words("recap.text.landing", landing=words.number(target.landing))
        yield words("recap.text.line", label=words("recap.target"), value=value)
    if recap.duplicates is not None:
        yield _figure("duplicates", words.number(recap.duplicates), recap, words)


def _reasons(recap: Recap, words: Words) -> Iterator[str]:
    if not recap.reasons:
        return
    yield ""
    yield words("recap.reasons")
    for reason in recap.reasons[:REASONS]:
        yield f"- {words.text(reason.label)}: {words.number(reason.count)} ({percent(reason.share, words)})"
    if len(recap.reasons) > REASONS:
        yield words("recap.text.more", count=words.number(len(recap.reasons) - REASONS))


def _rows(recap: Recap, words: Words) -> Iterator[str]:
    table = recap.table(Dimension.STO)
    if table is None or not table.rows:
        return
    yield ""
    yield words("by.sto")
    for row in table.rows[:ROWS]:
        numbers = {"received": words.number(row.total), "completed": words.number(row.completed)}
        yield "- " + words("recap.text.row", label=row.label or words("recap.unknown"), **numbers)
    if len(table.rows) > ROWS:
        yield words("recap.text.more", count=words.number(len(table.rows) - ROWS))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
