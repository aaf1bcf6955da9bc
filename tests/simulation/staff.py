"""Who works here: the small staff of the demo, or a whole Witel."""

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person, Role
from sikpro.entrypoints import demo_data
from sikpro.entrypoints.demo_data import DemoTechnician

_TECHNICIANS = 60
_DESKS = 8
_MORE = {Role.HELPDESK: ("helpdesk", _DESKS), Role.TEAM_LEADER: ("leader", 3), Role.SUPERVISOR: ("supervisor", 2)}


@frozen
class Staff:
    """The people by their user names; the technicians write to the bot."""

    crew: tuple[DemoTechnician, ...]
    desks: tuple[str, ...]
    leaders: tuple[str, ...]
    supervisors: tuple[str, ...]


SMALL = Staff(demo_data.technicians(), ("helpdesk", "helpdesk2"), ("leader",), ("supervisor",))


def witel() -> Staff:
    """Return 60 technicians at twelve STOs, 8 helpdesks, 3 team leaders and 2 supervisors."""
    first = demo_data.technicians()
    more = (
        DemoTechnician(6000 + number, f"Teknisi {number}", f"F5{like.sto}{700 + number}", like.sto, like.site_operation)
        for number in range(len(first) + 1, _TECHNICIANS + 1)
        for like in (first[number % len(first)],)
    )
    return Staff((*first, *more), *(_names(*named) for named in _MORE.values()))


def furnish(uow: UnitOfWork, staff: Staff) -> None:
    """Add everybody to an empty installation that has its first catalogue."""
    demo_data.people(uow, dict.fromkeys(("helpdesk", "leader", "supervisor", "admin"), "-"))
    uow.people.add(Person(id=0, name="Tini Helpdesk", username="helpdesk2", role=Role.HELPDESK))
    known = {*SMALL.desks, *SMALL.leaders, *SMALL.supervisors}
    for role, names in zip(_MORE, (staff.desks, staff.leaders, staff.supervisors), strict=True):
        for name in names:
            if name not in known:
                uow.people.add(Person(id=0, name=name.capitalize(), username=name, role=role))
    for one in staff.crew[len(SMALL.crew) :]:
        uow.people.add(
            Person(
                id=0,
                name=one.name,
                technician_code=one.code,
                site_operation=one.site_operation,
                telegram_id=one.telegram_id,
                phone=f"62812000{one.telegram_id}",
            )
        )


def _names(first: str, count: int) -> tuple[str, ...]:
    return (first, *(f"{first}{number}" for number in range(2, count + 1)))
