"""The two tables that everybody relies on: what each role may do, and where an order may go from each phase."""

import pytest

from sikpro.domain.errors import ForbiddenMove, NotPermitted
from sikpro.domain.people import Permission, Person, Role
from sikpro.domain.phase import Phase, allowed
from sikpro.testing.builders import CANCELLED, COMPLETED, HELD_UP, IN_PROGRESS, WAITING, after, an_order

RIGHTS = """
                    technician helpdesk team_leader supervisor admin
register            yes        yes      yes         -          -
view_site_operation  yes        -        -           -          -
view_all             -          yes      yes         yes        yes
work                -          yes      yes         -          -
enter_orders        -          yes      yes         -          -
lead                -          -        yes         -          yes
manage_technicians  -          -        yes         -          yes
view_own_report      -          yes      yes         yes        yes
view_reports         -          -        yes         yes        yes
close_month         -          -        -           yes        yes
audit               -          -        -           yes        yes
administer          -          -        -           -          yes
"""

PATHS = """
             waiting in_progress held_up completed cancelled
waiting      -       yes         yes     yes       yes
in_progress  yes     -           yes     yes       yes
held_up      yes     yes         -       yes       yes
completed    -       yes         -       -         -
cancelled    yes     -           -       -         -
"""

STATUSES = {status.phase: status for status in (WAITING, IN_PROGRESS, HELD_UP, COMPLETED, CANCELLED)}


def cells(table: str) -> list[tuple[str, str, bool]]:
    """Row, column and whether there is a yes."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [(row[0], column, cell == "yes") for row in rows for column, cell in zip(head, row[1:], strict=True)]


def test_the_tables_name_every_role_permission_and_phase() -> None:
    rights, paths = cells(RIGHTS), cells(PATHS)
    assert {row for row, _, _ in rights} == set(Permission)
    assert {column for _, column, _ in rights} == set(Role)
    assert {row for row, _, _ in paths} == {column for _, column, _ in paths} == set(Phase)


@pytest.mark.parametrize(("permission", "role", "may"), cells(RIGHTS))
def test_each_role_may_do_what_is_its_to_do_and_nothing_else(permission: str, role: str, may: bool) -> None:
    code = "F5SDA445" if role == Role.TECHNICIAN else None
    person = Person(id=1, name="x", role=None if code else Role(role), technician_code=code)
    assert person.may(Permission(permission)) == may
    if may:
        person.must(Permission(permission))
        return
    with pytest.raises(NotPermitted) as refused:
        person.must(Permission(permission))
    assert refused.value.params == {"permission": permission}


def test_who_has_neither_account_nor_code_may_do_nothing() -> None:
    assert not any(Person(id=1, name="x").may(permission) for permission in Permission)


@pytest.mark.parametrize(("before", "later", "may"), cells(PATHS))
def test_an_order_goes_from_each_phase_only_where_it_may(before: str, later: str, may: bool) -> None:
    order, to = an_order(), STATUSES[Phase(later)]
    if before != Phase.WAITING:
        order = order.move_to(STATUSES[Phase(before)], 10, after(1), reason="r").order
    assert allowed(Phase(before), Phase(later)) == may
    if before == later and order.phase in {Phase.IN_PROGRESS, Phase.HELD_UP}:
        return  # another status of the same phase
    step = order.move_to if order.phase.live else order.reopen
    if may:
        assert step(to, 10, after(2), reason="r").order.phase == later
    else:
        with pytest.raises(ForbiddenMove):
            step(to, 10, after(2), reason="r")
