"""Everybody: who does which act of the plan."""

from attrs import define, field

from sikpro.domain.errors import DomainError
from tests.simulation.habits import Console, Habits, NoAnswer
from tests.simulation.helpdesks import Helpdesks
from tests.simulation.leaders import Leaders
from tests.simulation.plan import Act, Event, Plan
from tests.simulation.record import Record
from tests.simulation.staff import Staff
from tests.simulation.technicians import Technicians
from tests.simulation.telegram import Telegram


@define
class People:
    """Technicians, helpdesks, leaders and supervisors."""

    plan: Plan
    telegram: Telegram
    console: Console
    record: Record
    staff: Staff
    groups: tuple[Habits, ...] = field(init=False)
    leaders: Leaders = field(init=False)

    def __attrs_post_init__(self) -> None:
        given = self.plan, self.telegram, self.console, self.record, self.staff
        self.leaders = Leaders(*given)
        self.groups = (Technicians(*given), Helpdesks(*given), self.leaders)

    async def act(self, event: Event) -> None:
        """Do one act, to its end. What the console refuses, a person shrugs at."""
        random, name = self.plan.random(f"act {event.number}"), Act(event.what).value
        who = next(group for group in self.groups if hasattr(group, name))
        try:
            await getattr(who, name)(random, event)
        except (NoAnswer, DomainError):
            return
