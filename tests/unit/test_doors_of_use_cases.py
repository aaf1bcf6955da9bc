"""Every use case has a door, and the library has what bot and console have; what is missing has a line that says why.

A use case is a public function of `application/use_cases` that gets an open unit of work. A door has it if one of the
door's modules imports it. Another door is a line of `DOORS`, and a table in `LACKING` as soon as it is to have all.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import sikpro

SOURCE = Path(sikpro.__file__).parent
USE_CASES = "application/use_cases"

DOORS: Mapping[str, tuple[str, ...]] = {
    "bot": ("application/conversation",),
    "console": ("adapters/web",),
    "API": ("adapters/web/api",),
    "library": ("entrypoints/library",),
}
"""The modules of each door, by the beginning of their paths; the longest beginning counts."""

PEOPLE_S_DOORS = ("bot", "console")
"""What these have, every door of `LACKING` has too, or says why not."""

LACKING: Mapping[str, Mapping[str, str]] = {
    "library": {
        "it is a part of others, which the library has": """
            archived.archive_of ask_technicians.not_stuck ask_technicians.stuck clashes.clashes
            clear_hold_ups.held_up_by clear_hold_ups.may_clear complete_orders.closed_among list_orders.count_look
            list_orders.find_orders
            list_orders.look_through list_orders.state_since lookup.any_status lookup.makers_in_use
            message_about_orders.by_chat notify_owner.owner_chat notify_technician.feedback_text
            notify_technician.recipients access_decision.pointed_to own_order.owned_order
            register_order.standing_order send_text.texts_since still_aside.still_aside typed_values.number_typed
            typed_values.patterns_of understand_request.parsed_field understand_request.understand_request
            work_order.just_taken
        """,
        "a script does it with a loop, together in app.transaction()": """
            bulk.work_in_bulk grant_access.approve_many
        """,
        "it says or takes what belongs to a chat": """
            archived.archive_lines bind_phone.bind_by_link grant_access.ask_access grant_access.whole_requests
            own_order.join_colleague own_order.join_message own_order.keep_place
        """,
        "it belongs to pages: their looks, and views under a name": """
            choose_work.choose_going_on choose_work.choose_layout saved_views.save_view statement.line_in_words
            wall_links.open_wall
        """,
        "logins and tokens belong to the web: a script has none": """
            personal_tokens.end_token personal_tokens.live_tokens personal_tokens.make_token
            edit_people.end_other_sessions edit_people.end_session manage_people.set_password
            record_event.record_refusal two_steps.accept_code two_steps.has_two_steps
            two_steps.must_turn_on_two_steps two_steps.prepare_two_steps two_steps.renew_recovery_codes
            two_steps.turn_off_two_steps two_steps.turn_on_two_steps
        """,
        "webhooks are made on their page, where the secret is shown once": """
            keep_webhooks.add_webhook keep_webhooks.change_webhook keep_webhooks.remove_webhook
            keep_webhooks.renew_secret keep_webhooks.resend_delivery keep_webhooks.resend_failed
            keep_webhooks.switch_webhook keep_webhooks.try_webhook
        """,
        "a script reads its table from a path, and keeps no upload": """
            uploads.drop_upload uploads.find_upload uploads.keep_upload
        """,
    },
    "API": {
        "it is a part of others, which the API has": """
            list_orders.list_orders list_orders.find_orders lookup.makers_in_use notify_owner.owner_chat
            notify_technician.feedback_text notify_technician.recipients register_order.order_named
            register_order.standing_order typed_values.number_meant typed_values.number_typed typed_values.patterns_of
            understand_request.parsed_field record_event.record_event
        """,
        "a program does it with a loop, each order under a key of its own": """
            bulk.work_in_bulk complete_orders.closed_among complete_orders.complete_orders
            complete_orders.completing_statuses
        """,
        "a program sends its rows in one request, and keeps no upload": """
            uploads.drop_upload uploads.find_upload uploads.keep_upload
        """,
        "the import of a table does it": """
            set_targets.set_targets
        """,
        "it says or takes what belongs to a chat": """
            archived.archive_lines bind_phone.bind_by_link grant_access.ask_access own_order.join_colleague
            own_order.join_message own_order.keep_place take_back.ask_take_back
        """,
        "it belongs to pages: their looks, proposals, and views under a name": """
            clashes.clashes lookup.maker_of choose_work.choose_going_on choose_work.choose_layout
            choose_work.choose_served clashes.clashes_shown_to edit_catalogue.uses first_steps.first_steps
            keep_snippets.drop_snippet keep_snippets.filled_snippets keep_snippets.save_snippet list_orders.count_look
            list_orders.state_since lookup.any_status lookup.status_named notify_technician.proposed_feedback
            remark_order.unread_mentions saved_views.save_view send_text.texts_since statement.line_in_words
            wall_links.open_wall work_order.just_taken remark_order.read_mentions
        """,
        "accounts and logins change on the console alone, which asks for the password again": """
            edit_people.end_other_sessions edit_people.end_session edit_people.reset_password
            edit_people.unbind_telegram manage_people.add_account manage_people.set_password two_steps.accept_code
            two_steps.has_two_steps two_steps.prepare_two_steps two_steps.renew_recovery_codes
            two_steps.reset_two_steps two_steps.turn_off_two_steps two_steps.turn_on_two_steps
        """,
        "who has a token must not make another one from it": """
            bind_phone.make_bind_link personal_tokens.end_token personal_tokens.live_tokens personal_tokens.make_token
            wall_links.end_wall_link wall_links.make_wall_link
        """,
        "settings are for people, and change on the console alone": """
            keep_webhooks.add_webhook keep_webhooks.change_webhook keep_webhooks.remove_webhook
            keep_webhooks.renew_secret keep_webhooks.resend_delivery keep_webhooks.resend_failed
            keep_webhooks.switch_webhook keep_webhooks.try_webhook
            decide_retention.plan_retention decide_retention.decide_retention decide_installation.decide_installation
            choose_owner.possible_owners choose_owner.choose_owner decide_patterns.decide_patterns
            decide_patterns.effects_of keep_schedules.add_schedule keep_schedules.drop_schedule
            keep_schedules.possible_parts keep_schedules.possible_receivers keep_schedules.switch_schedule
            known_groups.possible_groups manage_people.set_language provider_codes.remember_meanings
        """,
        "the gate of all addresses does it, before the API": """
            record_event.record_refusal
        """,
        "not built yet": """
            grant_access.approve_many own_order.owned_order still_aside.still_aside access_decision.pointed_to
            message_about_orders.by_chat anomalies.list_anomalies archived.archive_of ask_technicians.ask_technicians
            ask_technicians.not_stuck ask_technicians.stuck ask_technicians.stuck_orders clear_hold_ups.clear_hold_ups
            clear_hold_ups.held_up_by clear_hold_ups.may_clear clear_hold_ups.orders_of_status
            declare_disturbance.affected_by declare_disturbance.declare_disturbance
            declare_disturbance.disturbed_places end_disturbance.end_disturbance end_disturbance.tied_orders
            end_disturbance.to_bring_back grant_access.approve_access grant_access.refuse_access
            grant_access.whole_requests hand_over_shift.hand_over_shift hand_over_shift.held_by
            list_orders.expected_wait list_orders.related_orders make_orders.plan_requests make_orders.request_work
            make_orders.requests_of own_order.withdraw_order pin_notes.add_note pin_notes.change_note
            pin_notes.drop_note publish_notice.publish_notice reconcile_orders.compare_orders
            resend_failed.failed_plan resend_failed.resend_failed resend_message.resend_message set_aside.put_off
            set_aside.put_off_order set_aside.skip_order statement.in_words statement.statements_about
            take_back.plan_take_back take_back.take_back transfer_orders.drafts_of transfer_orders.open_orders_of
            transfer_orders.possible_receivers transfer_orders.transfer_orders undo_status.undo_latest
            undo_status.undo_status undo_status.undoable work_order.renew_claim
        """,
    },
}
"""What a door does not have of what bot and console have, by the reason."""


@cache
def _parsed() -> Mapping[str, ast.Module]:
    return {
        path.relative_to(SOURCE).with_suffix("").as_posix(): ast.parse(path.read_text("utf-8"))
        for path in SOURCE.rglob("*.py")
    }


def _named(module: str, function: str) -> str:
    return f"{module.rpartition('/')[2]}.{function}"


@cache
def use_cases() -> frozenset[str]:
    """Return every use case as `module.function`, the module without its room."""
    found = [
        _named(module, node.name)
        for module, tree in _parsed().items()
        if module.startswith(USE_CASES)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and _takes_a_unit(node)
    ]
    assert len(found) == len(set(found)), "two use cases have the same name"
    return frozenset(found)


def _takes_a_unit(node: ast.FunctionDef) -> bool:
    return bool(node.args.args) and node.args.args[0].arg == "uow"


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the use cases that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield _named(node.module.replace(".", "/"), alias.name)


@cache
def had_by(door: str) -> frozenset[str]:
    """Return the use cases of a door."""
    places = {place: name for name, some in DOORS.items() for place in some}
    found: set[str] = set()
    for module, tree in _parsed().items():
        place = max((one for one in places if module.startswith(one)), key=len, default="")
        if places.get(place) == door:
            found.update(_imported(tree))
    return frozenset(found) & use_cases()


def _told(door: str) -> list[str]:
    return [name for names in LACKING[door].values() for name in names.split()]


@pytest.mark.parametrize("door", LACKING)
def test_a_door_has_what_bot_and_console_have_or_says_why_not(door: str) -> None:
    wanted = frozenset[str]().union(*map(had_by, PEOPLE_S_DOORS))
    assert len(wanted) > 100
    assert sorted(wanted - had_by(door) - set(_told(door))) == []


@pytest.mark.parametrize("door", LACKING)
def test_no_line_about_a_door_is_outdated_or_there_twice(door: str) -> None:
    told = _told(door)
    wanted = frozenset[str]().union(*map(had_by, PEOPLE_S_DOORS))
    assert sorted(set(told) - wanted | set(told) & had_by(door)) == []
    assert len(told) == len(set(told))


def test_every_use_case_is_reached_from_somewhere() -> None:
    """A new one that nothing calls, or only its own tests, is not there for anybody."""
    reached = {
        name
        for module, tree in _parsed().items()
        for name in (*_imported(tree), *(_named(module, one) for one in _called_at_home(tree)))
    }
    assert sorted(use_cases() - reached - FOR_TESTS) == []


FOR_TESTS = {
    *("import_orders.import_orders", "import_rows.import_rows", "make_orders.make_orders"),
    "alert_overdue.alert_overdue",
}
"""What does a whole in the caller's transaction: doors and workers do it in portions, with the same parts."""


def _called_at_home(tree: ast.Module) -> Iterator[str]:
    """Yield the functions of a module that its other functions name."""
    for node in tree.body:
        own = node.name if isinstance(node, ast.FunctionDef) else ""
        yield from (
            one.id
            for one in ast.walk(node)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id != own
        )
