"""Recaps: the figures of a day, a month or a free period, their files, closed months and notes of days."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TypedDict, Unpack, cast

from sikpro.adapters.excel.later import LaterWorkbooks
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import count_month, open_month
from sikpro.application.reports.export_file import ExportFile
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery, is_helpdesk
from sikpro.application.reports.send_recaps import recap_message
from sikpro.application.use_cases.recaps.pin_notes import add_note, change_note, drop_note
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.files import Destination, written
from sikpro.entrypoints.library.order_search import code_meant, known_codes
from sikpro.entrypoints.library.session import Group, person_named


class RecapFilters(TypedDict, total=False):
    """The filters of a recap; "-" is the orders without one.

    `type`, `sto`, `site_operation` and `status` are codes of the catalogue, `technician` is a technician code,
    `helpdesk` a user name, `channel` a word (`telegram`).
    """

    type: str
    sto: str
    site_operation: str
    technician: str
    helpdesk: str
    channel: str
    status: str


@held_as("recaps")
class Recaps(Group):
    """`app.recaps`: `recaps(period)` counts one. A helpdesk gets their own figures, who may see reports those of all.

    A period is `2026-11-29`, `2026-11` or `2026-11-01_2026-11-15`; filters are those of `RecapFilters`. Every method
    raises `InvalidValue` for another period, `TypeError` for another filter, `ValueError` for a code that no catalogue
    has, `NotFound` for an unknown helpdesk, and `NotPermitted`.
    """

    def __call__(self, period: str, **filters: Unpack[RecapFilters]) -> Recap:
        """Return the recap of a period."""
        query = self._query(period, filters)
        return self._session.read(lambda uow, by, now: recap(uow, query, by, now, self._session.zone))

    def text(self, period: str, **filters: Unpack[RecapFilters]) -> str:
        """Return the recap as the bot sends it, in the language of who acts."""
        query = self._query(period, filters)
        return self._session.read(lambda uow, by, now: recap_message(uow, query, by, self._session.words, now))

    def to_excel(self, period: str, into: Destination, **filters: Unpack[RecapFilters]) -> None:
        """Write the recap with its orders and charts as a workbook, to a path or into a stream of bytes.

        Raises `OSError`.
        """
        self._to_file("xlsx", self._query(period, filters), into)

    def to_csv(self, period: str, into: Destination, **filters: Unpack[RecapFilters]) -> None:
        """Write the orders that the recap counts as a CSV. Raises `OSError`."""
        self._to_file("csv", self._query(period, filters), into)

    def to_picture(self, period: str, into: Destination, **filters: Unpack[RecapFilters]) -> None:
        """Write the recap as a picture of one page (PNG). Raises `OSError`."""
        self._to_file("png", self._query(period, filters), into)

    def close_month(self, month: str) -> None:
        """Fix the figures of a month (`2026-10`) that is over. Raises `InvalidValue` for another."""
        save = self._session.read(lambda uow, by, now: count_month(uow, month, by, now, self._session.zone))
        self._session.write(lambda uow, by, now: save(uow))

    def open_month(self, month: str, *, reason: str) -> None:
        """Let the figures of a closed month be counted again. Raises `InvalidValue` without a reason."""
        self._session.write(lambda uow, by, now: open_month(uow, month, by, now, reason))

    def closed_months(self) -> frozenset[str]:
        """Return the months whose figures are fixed."""
        return self._session.read(lambda uow, by, now: uow.closed_months.names())

    def notes(self, first: date, last: date) -> tuple[DayNote, ...]:
        """Return the notes pinned to days from a day to another, both included."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[DayNote, ...]:
            by.must(Permission.VIEW_OWN_REPORT)
            return uow.day_notes.between(first, last)

        return self._session.read(work)

    def add_note(self, day: date, text: str, *, place: str = "") -> DayNote:
        """Pin a note to a day; `place` is "", `sto:<code>` or `so:<code>`. Raises `InvalidFields`."""
        typed = _typed(day, text, place)
        return self._session.write(lambda uow, by, now: add_note(uow, typed, by, now))

    def change_note(self, note_id: int, *, day: date, text: str, place: str = "") -> DayNote:
        """Change one's own note, or any for who may close months. Raises `NotFound`, `InvalidFields`."""
        typed = _typed(day, text, place)
        return self._session.write(lambda uow, by, now: change_note(uow, note_id, typed, by, now))

    def drop_note(self, note_id: int) -> DayNote:
        """Take a note away and return it. Raises `NotFound`."""
        return self._session.write(lambda uow, by, now: drop_note(uow, note_id, by, now))

    def _query(self, period: str, filters: RecapFilters) -> RecapQuery:
        given = {name: text.strip() for name, text in cast("dict[str, str]", filters).items()}

        def work(uow: UnitOfWork, by: Person, now: datetime) -> RecapQuery:
            known: Mapping[str, Callable[[], Iterable[str]]] = {**known_codes(uow), "channel": lambda: Channel}
            for name, text in given.items():
                if text in ("", UNKNOWN):
                    continue
                if name == "helpdesk" and not is_helpdesk(text):
                    given[name] = str(person_named(uow, text).id)
                elif name in known:
                    given[name] = code_meant(f"recaps: {name}", text, known[name]())
                elif name == "technician":
                    given[name] = text.upper()
            return RecapQuery.parse(period, given)

        return self._session.read(work)

    def _to_file(self, kind: str, query: RecapQuery, into: Destination) -> None:
        now, words = self._session.clock.now(), self._session.words
        by = self._session.read(lambda uow, by, now: by)
        file = ExportFile(query=query, kind=kind, by=by, words=words, now=now)
        from sikpro.adapters.pictures.svg import ResvgPictures  # loaded for a file alone
        from sikpro.entrypoints.fonts import FONTS

        written(
            into,
            lambda path: self._session.read(
                lambda uow, by, now: file.write(uow, LaterWorkbooks(), ResvgPictures(FONTS), path)
            ),
        )
        self._session.record_file(file.name)


def _typed(day: date, text: str, place: str) -> Mapping[str, str]:
    return {"day": f"{day:%Y-%m-%d}", "day_note": text, "place": place}
