"""What an installation plans: targets of months, recaps that are sent by themselves, walls."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.schedules import Schedule
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.reports.send_recaps import recap_now
from sikpro.application.use_cases.people.known_groups import possible_groups
from sikpro.application.use_cases.recaps.keep_schedules import (
    add_schedule,
    drop_schedule,
    possible_parts,
    possible_receivers,
    switch_schedule,
)
from sikpro.application.use_cases.recaps.set_targets import set_targets
from sikpro.application.use_cases.recaps.wall_links import end_wall_link, make_wall_link, new_wall_token
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group


@held_as("settings")
class Plans(Group):
    """Targets for who may close months, schedules for who may see reports, walls for admins."""

    def targets(self, month: str) -> tuple[Target, ...]:
        """Return the targets of a month (`2026-11`), by STO. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Target, ...]:
            by.must(Permission.CLOSE_MONTH)
            return uow.targets.of_month(month)

        return self._session.read(work)

    def set_target(self, month: str, sto: str, target: int, *, working_days: int) -> None:
        """Set how many orders an STO should complete in a month. Raises `InvalidFields`, `NotPermitted`."""
        row = {"target": str(target), "working_days": str(working_days)}
        self._session.write(lambda uow, by, now: set_targets(uow, month, {sto: row}, by, now))

    def drop_target(self, month: str, sto: str) -> None:
        """Delete a target, if there is one. Raises `NotPermitted`."""
        self._session.write(lambda uow, by, now: set_targets(uow, month, {sto: {}}, by, now))

    def schedules(self) -> tuple[Schedule, ...]:
        """Return the recaps that are sent by themselves. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Schedule, ...]:
            by.must(Permission.VIEW_REPORTS)
            return uow.schedules.all()

        return self._session.read(work)

    def receivers(self) -> Mapping[str, str]:
        """Return who can get a recap, as `person:<id>` or `group:<chat id>`, with names. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Mapping[str, str]:
            by.must(Permission.VIEW_REPORTS)
            people = {f"person:{one.id}": one.name for one in possible_receivers(uow)}
            return {**people, **possible_groups(uow)}

        return self._session.read(work)

    def recap_parts(self) -> Mapping[str, str]:
        """Return what a schedule may be narrowed to, as its `of`, with names."""
        return self._session.read(lambda uow, by, now: dict(possible_parts(uow)))

    def add_schedule(
        self,
        rhythm: str,
        at: str,
        to: str,
        *,
        of: str = "",
        language: str = "id",
        with_file: bool = True,
        with_picture: bool = True,
    ) -> Schedule:
        """Start sending a recap in a rhythm (`today`, `week`, `month`), at a time (`17:00`), to one of `receivers`.

        Raises `InvalidFields`, which lists what is wrong, and `NotPermitted`.
        """
        return self._session.write(
            lambda uow, by, now: add_schedule(
                uow,
                rhythm=rhythm,
                at=at,
                to=to,
                language=language,
                with_file=with_file,
                with_picture=with_picture,
                of=of,
                by=by,
                now=now,
            )
        )

    def switch_schedule(self, schedule_id: int, *, active: bool) -> Schedule:
        """Stop a schedule or let it go on. Raises `NotFound`, `NotPermitted`."""
        return self._session.write(lambda uow, by, now: switch_schedule(uow, schedule_id, by, now, active=active))

    def drop_schedule(self, schedule_id: int) -> None:
        """Delete a schedule. Raises `NotFound`, `NotPermitted`."""
        self._session.write(lambda uow, by, now: drop_schedule(uow, schedule_id, by, now))

    def send_recap_now(self, schedule_id: int) -> None:
        """Send the present recap of a schedule to who acts. Raises `NotFound`, `InvalidValue` without Telegram."""
        send = self._session.read(lambda uow, by, now: recap_now(uow, schedule_id, by, now, self._session.zone))
        if send is None:
            raise InvalidValue("schedule.not_bound", self._session.actor.name)
        self._session.write(lambda uow, by, now: send(uow))

    def walls(self) -> tuple[WallLink, ...]:
        """Return the links to walls, ended ones too. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[WallLink, ...]:
            by.must(Permission.ADMINISTER)
            return uow.wall_links.all()

        return self._session.read(work)

    def make_wall(self, name: str, *, site_operation: str = "") -> str:
        """Make a link to a wall and return its secret, which is in no other place: `/wall/<secret>`.

        Raises `InvalidFields`, `NotPermitted`.
        """
        token = new_wall_token()
        self._session.write(lambda uow, by, now: make_wall_link(uow, token, name, site_operation, by, now))
        return token

    def end_wall(self, link_id: int) -> None:
        """End a link to a wall. Raises `NotFound`, `NotPermitted`."""
        self._session.write(lambda uow, by, now: end_wall_link(uow, link_id, by, now))
