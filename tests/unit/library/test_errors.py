"""What a script reads when a call is refused, and what `help()` tells of the words it compares with."""

import pydoc
import re
from collections.abc import Callable
from enum import EnumType

import pytest

import sikpro
from sikpro.application.i18n import words_in
from sikpro.domain.people import PERMISSIONS, Permission, Role
from tests.unit.library.conftest import MESSAGE, Office
from tests.unit.test_docs import ROOT

WRONG = MESSAGE.replace("C6754546", "C67S4546").replace("SC32232558", "SC32232570")


def test_wrong_fields_say_what_is_wrong_with_each_in_both_languages(office: Office) -> None:
    with pytest.raises(sikpro.InvalidFields) as refused:
        office.script.register(WRONG)
    error = refused.value
    assert list(error.fields) == list(error.errors) == ["serial"]
    assert "ZTEGC6754546" in error.fields["serial"]
    assert str(error).splitlines() == ["Check again: serial.", f"serial: {error.fields['serial']}"]
    assert error.text("id").splitlines()[0] == "Periksa lagi: serial."
    assert error.text("id").splitlines()[1] == f"serial: {error.errors['serial'].text('id')}"


def test_every_refusal_is_a_sentence_in_both_languages(office: Office) -> None:
    app, said = office.script, []
    calls: tuple[Callable[[], object], ...] = (
        lambda: app.register(MESSAGE),
        lambda: app.order("SC1"),
        lambda: app.reopen("SC32232558", reason="x"),
        lambda: app.change_status("SC32232558", "batal"),
        lambda: office.sari.take("SC32232558"),
    )
    for refused in calls:
        with pytest.raises(sikpro.DomainError) as error:
            refused()
        said.append((str(error.value), error.value.text("id")))
    assert all(english.endswith(".") and english.count(" ") > 1 and english != own for english, own in said), said


def test_who_is_not_permitted_is_named_with_what_they_may_not(office: Office) -> None:
    with pytest.raises(sikpro.NotPermitted) as refused:
        office.admin.take("SC32232558")
    assert (str(refused.value), refused.value.code) == ("Admin (Admin) may not work on orders.", "not_permitted")
    assert refused.value.text("id") == "Admin (Admin) tidak berhak mengerjakan order."
    with pytest.raises(sikpro.NotPermitted, match=r"Rina .* may not lead the helpdesk"):
        office.rina.delete("SC32232558", reason="salah")
    with pytest.raises(sikpro.NotPermitted, match="may not do that to themselves"):
        office.admin.people.deactivate("admin")


def test_the_page_of_the_library_has_the_permissions_of_each_role() -> None:
    found = dict.fromkeys(Role, frozenset[str]())
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", (ROOT / "docs" / "library.md").read_text("utf-8"), re.M)
    for permission, cells in rows:
        for role, cell in zip(Role, cells.split("|")[1:], strict=True):
            found[role] |= {permission} if cell.strip() else frozenset()
    assert found == PERMISSIONS
    assert [permission for permission, _ in rows] == list(Permission)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_permission_has_words(language: str) -> None:
    assert [one for one in Permission if not words_in(language, "UTC").knows(f"permission.{one}")] == []


@pytest.mark.parametrize("name", [one for one in sikpro.__all__ if isinstance(getattr(sikpro, one), EnumType)])
def test_help_tells_the_members_and_the_questions_of_a_word(name: str) -> None:
    kind = getattr(sikpro, name)
    told = pydoc.plain(pydoc.render_doc(kind)).replace("`", " ")
    own = [one for one, member in vars(kind).items() if isinstance(member, property) and not one.startswith("_")]
    assert [one for one in [*kind.__members__, *own] if f" {one} " not in told] == []
