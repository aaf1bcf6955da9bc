"""An empty installation shows its admin what to do first, until all of it is done."""

from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.use_cases.people.first_steps import first_steps
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person, a_site_operation, a_technician, an_sto
from tests.unit.chat import WHOLE, Phone, World


def done(store: MemoryTransactions, *, bot: bool = False) -> dict[str, bool]:
    return {step.code: step.done for step in store.read(lambda uow: first_steps(uow, bot_connected=bot))}


def test_each_step_is_done_by_what_it_says_and_nothing_else() -> None:
    store = MemoryTransactions()
    nothing = dict.fromkeys(("bot", "places", "technicians", "helpdesks", "order"), False)
    assert done(store) == nothing
    assert done(store, bot=True) == nothing | {"bot": True}
    store.write(lambda uow: uow.catalogue.put_site_operation(a_site_operation()))
    assert done(store) == nothing
    store.write(lambda uow: uow.catalogue.put_sto(an_sto()))
    assert done(store) == nothing | {"places": True}
    store.write(lambda uow: uow.people.add(a_person("Admin", username="admin", role=Role.ADMIN)))
    assert not done(store)["helpdesks"], "an admin answers no order"
    store.write(lambda uow: uow.people.add(a_person("Script", role=Role.TEAM_LEADER)))
    assert not done(store)["helpdesks"], "a script answers no order"
    rina = store.write(lambda uow: uow.people.add(a_person(password_hash="-")))
    store.write(lambda uow: uow.people.add(a_technician()))
    assert done(store) == nothing | {"places": True, "technicians": True, "helpdesks": True}
    store.write(lambda uow: uow.people.save(evolve(rina, active=False)))
    assert not done(store)["helpdesks"]


def test_each_step_leads_to_where_it_is_done() -> None:
    steps = MemoryTransactions().read(lambda uow: first_steps(uow, bot_connected=False))
    assert [step.path for step in steps] == [
        *("/settings", "/catalogue/site-operations", "/technicians", "/users", "/orders?view=all")
    ]


def test_it_goes_when_all_is_done() -> None:
    world = World()
    assert done(world.transactions, bot=True)["order"] is False
    Phone(world, 1).says("/reg " + WHOLE)
    assert done(world.transactions, bot=True) == {}
    assert done(world.transactions)["bot"] is False
