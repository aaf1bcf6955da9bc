"""Every operation by every role: declared by hand from what each role is for, as `site/rights.py` does for pages."""

from collections.abc import Mapping

from sikpro.adapters.web.api.examples import EXAMPLES
from sikpro.domain.people import Role
from tests.integration.web.api.client import Script, code_of, script_of
from tests.integration.web.api.test_description import description, fill, operations
from tests.integration.web.console import ROLES, Site
from tests.integration.web.in_process import add_people, unchanging

TECHNICIAN, HELPDESK, LEADER, SUPERVISOR, ADMIN = Role
EVERYBODY = frozenset(Role)
OFFICE = EVERYBODY - {TECHNICIAN}
WORKERS = frozenset({HELPDESK, LEADER})
LEADERS = frozenset({LEADER, ADMIN})
REPORTS = frozenset({LEADER, SUPERVISOR, ADMIN})
ADMINS = frozenset({ADMIN})

RIGHTS: Mapping[frozenset[Role], str] = {
    EVERYBODY: """
        list_orders get_order find_order list_journal list_messages list_files get_file list_catalogue get_me
        list_exports list_writings
    """,
    OFFICE: """
        list_colleagues get_recap request_export look_up_device
    """,
    WORKERS: """
        take_next correct_order take_order give_back_order set_status reopen_order send_text nudge_helpdesk
        register_order
    """,
    WORKERS | {ADMIN}: "remark_order",
    LEADERS: """
        hand_over assign_order delete_order list_people get_person add_technician change_technician
    """,
    REPORTS: "list_received get_orders_table get_daily_table",
    ADMINS: "restore_order add_catalogue_row change_catalogue_row delete_catalogue_row import_rows",
}
"""Who is let in, with the orders of the examples, which belong to a technician and a helpdesk of another name."""

ADMINS_OWN = {"get_writing"}
"""What an admin wrote: for others it is not there."""

REMOVED = "order.removed"
"""What everybody but an admin gets about an order that was deleted."""

OWN = {"get_export", "cancel_export", "get_export_file"}
"""Whoever asked for the file, and nobody else."""


def test_each_operation_lets_in_whom_it_is_declared_for_and_nobody_else(page_site: Site) -> None:
    fill(page_site)
    add_people(page_site)
    walkers = {**{username: role for username, role in ROLES.items() if username != "tono"}, "tedi": TECHNICIAN}
    scripts = {username: script_of(page_site, username) for username in walkers}
    reader, stranger = script_of(page_site, "bagus", "read"), Script(page_site, "")
    allowed = {name: who for who, names in RIGHTS.items() for name in names.split()}
    wrong = []
    with unchanging(page_site):
        for path, method, operation in operations(description(page_site)):
            name = operation["operationId"]
            example = EXAMPLES[name]
            where = example.address(path)
            page_site.clock.later(minutes=1)  # the limits are not what this is about
            for username, role in walkers.items():
                answer = scripts[username].ask(method.upper(), where, example.body)
                refused = answer.status_code == 403 or (answer.status_code == 404 and code_of(answer) == REMOVED)
                if name in OWN:
                    expected = answer.status_code in ({200, 409} if username == "rina" else {404})
                elif name in ADMINS_OWN:
                    expected = answer.status_code == (200 if role is ADMIN else 404)
                else:
                    expected = refused is (role not in allowed[name])
                if not expected or answer.status_code >= 500:
                    wrong.append(f"{name} for {role}: {answer.status_code} {answer.text[:200]}")
            assert stranger.ask(method.upper(), where, example.body).status_code == 401
            if method != "get":
                assert code_of(reader.ask(method.upper(), where, example.body)) == "api.token.read_only"
    assert not wrong, "\n".join(wrong)
    assert allowed.keys() | OWN | ADMINS_OWN == EXAMPLES.keys()
