"""The account of scripts: its role, and that nobody logs in with it."""

from pathlib import Path

import pytest

import sikpro
from sikpro import LastOne, Role
from tests.unit.library.conftest import Office


def test_the_only_admin_who_can_log_in_stays_beside_a_script_that_is_an_admin() -> None:
    with sikpro.connect(role=Role.ADMIN) as app:
        app.people.add_account("Rina", "rina", Role.ADMIN)
        with pytest.raises(LastOne, match="Rina is the only admin who can log in"):
            app.people.deactivate("rina")
        with pytest.raises(LastOne):
            app.people.change("rina", role="helpdesk")
        app.people.add_account("Sari", "sari", Role.ADMIN)
        assert not app.people.deactivate("rina").active


def test_a_script_gives_up_its_role_of_an_admin() -> None:
    with sikpro.connect(role=Role.ADMIN) as app:
        assert app.people.change("script", role="helpdesk").role is Role.HELPDESK


def test_a_role_that_the_account_of_scripts_does_not_have_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    with sikpro.connect(url, role=Role.ADMIN) as app:
        app.people.add_account("Rina", "rina", Role.ADMIN)
    with pytest.raises(ValueError, match=r"the account script is admin: .*change\('script', role='helpdesk'\)"):
        sikpro.connect(url, role=Role.HELPDESK)
    with sikpro.connect(url) as app:
        assert app.script.role is Role.ADMIN
        app.acting_as("rina").people.change("script", role="helpdesk")
    with sikpro.connect(url, role=Role.HELPDESK) as app:
        assert app.script.role is Role.HELPDESK


def test_a_script_is_a_team_leader_where_nobody_says_another_role(memory_office: Office) -> None:
    assert memory_office.script.script.role is Role.TEAM_LEADER
