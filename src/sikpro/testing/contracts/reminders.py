"""What the store of reminders promises: each is recorded once for a day, also by two at the same moment."""

from datetime import date

from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.testing.builders import after
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.race import race

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)


class RemindersContract(StoreSuite):
    """What the store of reminders promises: each is recorded once for a day, also by two at the same moment."""

    def test_a_reminder_is_the_first_of_its_kind_subject_and_day_once(self, store: Transactions) -> None:
        def first(kind: str, subject: str, day: date) -> bool:
            return store.write(lambda unit: unit.reminders.first(kind, subject, day, after(0)))

        kinds = (("stuck", "A", MONDAY), ("stuck", "a", MONDAY), ("owner", "A", MONDAY), ("stuck", "A", TUESDAY))
        assert [first(*one) for one in kinds] == [True] * 4
        assert [first(*one) for one in kinds] == [False] * 4

        def sent(unit: UnitOfWork) -> list[frozenset[str]]:
            return [
                unit.reminders.sent(kind, day) for kind, day in (("stuck", MONDAY), ("stuck", TUESDAY), ("x", MONDAY))
            ]

        assert store.read(sent) == [{"A", "a"}, {"A"}, frozenset()]

    def test_reminders_of_earlier_days_are_forgotten(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for day in (MONDAY, TUESDAY):
                unit.reminders.first("stuck", "A", day, after(0))
            unit.reminders.forget(TUESDAY)

        store.write(work)
        assert store.read(lambda unit: [bool(unit.reminders.sent("stuck", day)) for day in (MONDAY, TUESDAY)]) == [
            False,
            True,
        ]

    def test_of_two_at_the_same_moment_one_is_the_first(self, store: Transactions) -> None:
        def ask() -> bool:
            return store.write(lambda unit: unit.reminders.first("stuck", "A", MONDAY, after(0)))

        results = race(ask, ask)
        assert sorted(map(str, results)) == ["False", "True"]
