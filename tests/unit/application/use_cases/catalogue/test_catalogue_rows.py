"""What an admin may type into a catalogue: every entry is kept as meant, and what is wrong is said at its entry."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow
from sikpro.domain.catalogue import (
    Bilingual,
    Holiday,
    Maker,
    Meaning,
    OrderType,
    ProviderCode,
    SiteOperation,
    Status,
    Sto,
)
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.phase import Phase, Turn
from sikpro.testing.builders import refusals
from tests.unit.chat import World

STATUS: dict[str, str] = {
    "code": "menunggu_odp",
    "label_id": "Menunggu ODP",
    "label_en": "Waiting for an ODP",
    "phase": "held_up",
    "turn": "technician",
    "group": "kendala teknik",
    "group_en": "technical",
    "template_id": "Mohon tunggu.",
    "template_en": "Please wait.",
    "position": "7",
    "key": "w",
}
TYPE: dict[str, str] = {
    "code": "PDA",
    "label_id": "Pindah alamat",
    "label_en": "Change of address",
    "first_action_limit": "0:30",
    "completion_limit": "72:05",
    "template_id": "Diterima.",
    "template_en": "Received.",
    "position": "12",
}
GOOD: Mapping[str, tuple[dict[str, str], CatalogueRow]] = {
    "site-operations": ({"code": "SDA", "name": "Sidoarjo"}, SiteOperation(code="SDA", name="Sidoarjo")),
    "stos": (
        {"code": "TUN", "name": "Tulangan", "site_operation": "SDA"},
        Sto(code="TUN", name="Tulangan", site_operation="SDA"),
    ),
    "statuses": (
        STATUS,
        Status(
            code="menunggu_odp",
            phase=Phase.HELD_UP,
            turn=Turn.TECHNICIAN,
            label=Bilingual("Menunggu ODP", "Waiting for an ODP"),
            template=Bilingual("Mohon tunggu.", "Please wait."),
            group="kendala teknik",
            group_en="technical",
            position=7,
            key="w",
        ),
    ),
    "order-types": (
        TYPE,
        OrderType(
            code="PDA",
            label=Bilingual("Pindah alamat", "Change of address"),
            first_action_limit=timedelta(minutes=30),
            completion_limit=timedelta(hours=72, minutes=5),
            template=Bilingual("Diterima.", "Received."),
            position=12,
        ),
    ),
    "makers": ({"code": "ZTEG", "name": "ZTE"}, Maker(code="ZTEG", name="ZTE")),
    "provider-codes": (
        {"code": "QC LULUS", "meaning": "finished", "name": "Quality checked"},
        ProviderCode(code="QC LULUS", meaning=Meaning.FINISHED, name="Quality checked"),
    ),
    "holidays": ({"code": "2026-12-25", "name": "Natal"}, Holiday(code="2026-12-25", name="Natal")),
}
EMPTY = ("field.missing", "")
NAMELESS = ("name.length", "")


def understood(kind: str, typed: Mapping[str, str], active: bool = True) -> CatalogueRow:
    """The row that a form or a list means."""
    return World().transactions.read(lambda uow: KINDS[kind].understand(uow, typed, active))


def refused(kind: str, typed: Mapping[str, str]) -> DomainError:
    with pytest.raises(InvalidFields) as raised:
        understood(kind, typed)
    return raised.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_read_as_it_is_typed_and_typed_as_it_is_read(kind: str) -> None:
    typed, row = GOOD[kind]
    assert understood(kind, typed) == row
    assert KINDS[kind].texts(row) == typed
    assert not understood(kind, typed, active=False).active


@pytest.mark.parametrize(
    ("kind", "typed", "entry", "kept"),
    [
        ("site-operations", {"code": " s-da "}, "code", "SDA"),
        ("site-operations", {"code": "S1"}, "code", "S1"),
        ("holidays", {"code": " 5/4/2026 "}, "code", "2026-04-05"),
        ("holidays", {"code": "2026-12-25 00:00:00"}, "code", "2026-12-25"),
        ("holidays", {"code": "25 Desember 2026"}, "code", "2026-12-25"),
        ("site-operations", {"code": "ABCDEFGH1234"}, "code", "ABCDEFGH1234"),
        ("site-operations", {"name": "N" * 80}, "name", "N" * 80),
        ("stos", {"name": "  "}, "name", ""),
        ("stos", {"site_operation": "sda"}, "site_operation", "SDA"),
        ("statuses", {"code": ""}, "code", "menunggu_odp"),
        ("statuses", {"code": "__ODP--penuh 2__"}, "code", "odp_penuh_2"),
        ("statuses", {"code": "ok"}, "code", "ok"),
        ("statuses", {"code": "a" * 50}, "code", "a" * 40),
        ("statuses", {"group": " Kendala  TEKNIK "}, "group", "kendala teknik"),
        ("statuses", {"group": " "}, "group", ""),
        ("statuses", {"group": " "}, "group_en", ""),
        ("statuses", {"group_en": " TECHNICAL  matter "}, "group_en", "technical matter"),
        ("statuses", {"group": "kendala sistem", "group_en": ""}, "group_en", "system"),
        ("statuses", {"group": "kelompok lain", "group_en": ""}, "group_en", ""),
        ("statuses", {"template_id": "T" * 1000}, "template_id", "T" * 1000),
        ("statuses", {"template_id": " baris 1\nbaris 2 "}, "template_id", "baris 1\nbaris 2"),
        ("statuses", {"position": ""}, "position", "0"),
        ("statuses", {"position": " 9999 "}, "position", "9999"),
        ("order-types", {"code": "ao"}, "code", "AO"),
        ("order-types", {"code": "ABCDEFGHIJKL"}, "code", "ABCDEFGHIJKL"),
        ("order-types", {"first_action_limit": "0.01"}, "first_action_limit", "0:01"),
        ("order-types", {"first_action_limit": "72:05"}, "first_action_limit", "72:05"),
        ("order-types", {"completion_limit": "04:00:00"}, "completion_limit", "4:00"),
        ("order-types", {"completion_limit": "2160:00"}, "completion_limit", "2160:00"),
    ],
)
def test_what_is_typed_loosely_is_kept_neatly(kind: str, typed: dict[str, str], entry: str, kept: str) -> None:
    assert KINDS[kind].texts(understood(kind, GOOD[kind][0] | typed))[entry] == kept


@pytest.mark.parametrize(
    ("kind", "typed", "wrong"),
    [
        ("site-operations", {}, {"code": ("site_operation.shape", ""), "name": NAMELESS}),
        ("site-operations", {"code": " S  ü ", "name": "x"}, {"code": ("site_operation.shape", "S ü")}),
        ("site-operations", {"code": "A" * 13, "name": "x"}, {"code": ("site_operation.shape", "A" * 13)}),
        ("site-operations", {"code": "SDA", "name": "N" * 81}, {"name": ("name.length", "N" * 64)}),
        ("stos", {}, {"code": ("sto.shape", ""), "site_operation": EMPTY}),
        ("stos", {"code": "SDA", "name": "N" * 81, "site_operation": "SDA"}, {"name": ("name.length", "N" * 64)}),
        (
            "statuses",
            {},
            {
                "label_id": NAMELESS,
                "label_en": NAMELESS,
                "code": ("status.code", ""),
                "phase": EMPTY,
                "turn": EMPTY,
            },
        ),
        ("statuses", STATUS | {"code": " x  - "}, {"code": ("status.code", "x -")}),
        ("statuses", STATUS | {"phase": "later"}, {"phase": ("field.missing", "later")}),
        ("statuses", STATUS | {"turn": "mine"}, {"turn": ("field.missing", "mine")}),
        ("statuses", STATUS | {"group": "g" * 81}, {"group": ("name.length", "g" * 64)}),
        ("statuses", STATUS | {"template_en": "t" * 1001}, {"template_en": ("template.too_long", "t" * 64)}),
        ("statuses", STATUS | {"position": " 1  a"}, {"position": ("position.shape", "1 a")}),
        ("statuses", STATUS | {"position": "10000"}, {"position": ("position.shape", "10000")}),
        (
            "order-types",
            {},
            {
                "code": ("type.shape", ""),
                "label_id": NAMELESS,
                "label_en": NAMELESS,
                "first_action_limit": ("limit.shape", ""),
                "completion_limit": ("limit.shape", ""),
            },
        ),
        ("order-types", TYPE | {"code": "A 1  b"}, {"code": ("type.shape", "A 1 b")}),
        ("order-types", TYPE | {"code": "A"}, {"code": ("type.shape", "A")}),
        ("order-types", TYPE | {"first_action_limit": "0:00"}, {"first_action_limit": ("limit.shape", "0:00")}),
        ("order-types", TYPE | {"first_action_limit": "1:60"}, {"first_action_limit": ("limit.shape", "1:60")}),
        ("order-types", TYPE | {"completion_limit": "2160:01"}, {"completion_limit": ("limit.shape", "2160:01")}),
        (
            "order-types",
            TYPE | {"completion_limit": "x", "position": "y"},
            {"completion_limit": ("limit.shape", "x"), "position": ("position.shape", "y")},
        ),
        (
            "order-types",
            TYPE | {"first_action_limit": "x", "position": "y"},
            {"first_action_limit": ("limit.shape", "x"), "position": ("position.shape", "y")},
        ),
        ("holidays", {"code": "31/2/2026", "name": "x"}, {"code": ("holiday.day", "31/2/2026")}),
        ("holidays", {"code": "12/25/2026", "name": ""}, {"code": ("holiday.day", "12/25/2026"), "name": NAMELESS}),
        ("order-types", TYPE | {"completion_limit": "0:29"}, {"completion_limit": ("limit.too_short", "0:29")}),
    ],
)
def test_what_is_wrong_is_said_at_its_entry(
    kind: str, typed: dict[str, str], wrong: dict[str, tuple[str, object]]
) -> None:
    assert refusals(refused(kind, typed)) == wrong


def test_an_sto_of_an_unknown_site_operation_says_which() -> None:
    error = refused("stos", {"code": "SDA", "site_operation": "XXX"})
    assert isinstance(error, InvalidFields)
    assert {entry: dict(wrong.params) for entry, wrong in error.errors.items()} == {
        "site_operation": {"what": "site_operation", "name": "XXX"}
    }
