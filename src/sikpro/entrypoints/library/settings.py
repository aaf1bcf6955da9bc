"""The settings of an installation: its rules, patterns, how long texts are kept, and what it plans."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack, cast

from sikpro.application.ports.security_events import EventFilter, SecurityEvent
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.decide_installation import decide_installation, installation_texts
from sikpro.application.use_cases.catalogue.decide_patterns import (
    Effects,
    Unconfirmed,
    decide_patterns,
    effects_of,
    pattern_texts,
)
from sikpro.application.use_cases.people.first_steps import FirstStep, first_steps
from sikpro.application.use_cases.retention.decide_retention import (
    RetentionPlan,
    decide_retention,
    plan_retention,
    understood_months,
)
from sikpro.domain.patterns import Patterns
from sikpro.domain.people import Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.plans import Plans


class Rules(TypedDict, total=False):
    """The rules of an installation as the page of settings has them; what is left out stays.

    `duplicate_mode` is the rule of doubles; `claim` and `nudge_every` are minutes, `stuck_after` days, `most_claims` a
    number or "" for any, `owners_at` a time (`08.00`); `most_used_first` and `admins_two_steps` are "1" or "".
    `hours_0` (Monday) to `hours_6` are the hours of a day: `08.00-12.00, 13.00-17.00`, "" for none. `unused` and
    `no_shift` are hours, `unused_on_own_device` and `longest` days until a login ends.
    """

    duplicate_mode: str
    claim: str
    most_claims: str
    nudge_every: str
    stuck_after: str
    owners_at: str
    most_used_first: str
    admins_two_steps: str
    hours_0: str
    hours_1: str
    hours_2: str
    hours_3: str
    hours_4: str
    hours_5: str
    hours_6: str
    unused: str
    unused_on_own_device: str
    longest: str
    no_shift: str


@held_as("settings")
class InstallationSettings(Plans):
    """`app.settings`: the rules of the installation for admins, and its targets, schedules and walls.

    Every method raises `NotPermitted` where the role of who acts does not allow it.
    """

    def rules(self) -> Mapping[str, str]:
        """Return the rules, as `Rules` names them."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Mapping[str, str]:
            by.must(Permission.ADMINISTER)
            return installation_texts(uow.installation.get())

        return self._session.read(work)

    def change_rules(self, **rules: Unpack[Rules]) -> tuple[str, ...]:
        """Change some rules. Return the numbers that orders would share under another rule of doubles.

        Where it returns some, nothing is changed. Raises `InvalidFields`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[str, ...]:
            typed = {**installation_texts(uow.installation.get()), **cast("dict[str, str]", rules)}
            return decide_installation(uow, typed, by, now)

        return self._session.write(work)

    def patterns(self) -> Patterns:
        """Return the forms of registration numbers and boxes."""
        return self._session.read(lambda uow, by, now: uow.installation.get().patterns)

    def effects_of(self, patterns: Patterns) -> Effects:
        """Return what other patterns would change for the orders that are there. It reads them all."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Effects:
            by.must(Permission.ADMINISTER)
            return effects_of(uow, patterns)

        return self._session.read(work)

    def change_patterns(self, patterns: Patterns, *, confirmed: str = "") -> Unconfirmed | None:
        """Save the patterns. Where they change something for orders, save nothing and return what has to be confirmed.

        Call it again with the `mark` of what it returned. Raises `InvalidFields`.
        """
        typed = pattern_texts(patterns)
        return self._session.write(lambda uow, by, now: decide_patterns(uow, typed, by, now, confirmed=confirmed))

    def plan_retention(self, months: int | None = None) -> RetentionPlan:
        """Say what would be removed with so many months kept, by default as it is set. It may take long."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> RetentionPlan:
            by.must(Permission.ADMINISTER)
            return plan_retention(uow, months, now, self._session.zone)

        return self._session.read(work)

    def keep_texts(self, months: int) -> None:
        """Choose how many months texts and photos are kept, 0 for ever. Raises `InvalidFields`."""
        checked = understood_months(str(months))
        self._session.write(lambda uow, by, now: decide_retention(uow, checked, by, now))

    def security_events(
        self,
        which: EventFilter = EventFilter(),  # noqa: B008  # frozen
        *,
        before: int | None = None,
        limit: int = 50,  # frozen
    ) -> tuple[SecurityEvent, ...]:
        """Return the record of security events, newest first; `before` is the id of the last one of the page before."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[SecurityEvent, ...]:
            by.must(Permission.ADMINISTER)
            return uow.security_events.page(which, before=before, limit=limit)

        return self._session.read(work)

    def first_steps(self, *, bot_connected: bool = False) -> tuple[FirstStep, ...]:
        """Return the first steps of an installation and which are done; none when all are."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[FirstStep, ...]:
            by.must(Permission.ADMINISTER)
            return first_steps(uow, bot_connected=bot_connected)

        return self._session.read(work)
