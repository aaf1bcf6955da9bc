"""Lists that go out and come in again: what each row would do, what is wrong with it, and what is written."""

from collections.abc import Mapping, Sequence

import pytest
from attrs import astuple, evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.targets import Target
from sikpro.application.use_cases.tables.import_rows import ImportPlan, heading, import_rows, plan_import
from sikpro.application.use_cases.tables.judge_list import Verdict, shown_value
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.catalogue import Holiday, SiteOperation, Sto
from sikpro.domain.errors import DomainError, InvalidValue, LastOne
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person
from tests.unit.chat import NINE, World

AGUS, RINA, ADMIN = 2, 4, 6
LATER = NINE.replace(hour=5)

Table = Sequence[Sequence[str]]


@pytest.fixture
def world() -> World:
    world = World()
    target = Target(month="2026-11", sto="SDA", target=250, working_days=25)
    world.transactions.write(lambda uow: uow.targets.put(target))
    world.transactions.write(lambda uow: uow.catalogue.put_holiday(Holiday(code="2026-12-25", name="Natal")))
    return world


def plan(world: World, name: str, *table: Sequence[str]) -> ImportPlan:
    return world.transactions.read(lambda uow: plan_import(uow, LISTS[name], table, uow.people.get(ADMIN)))


def apply(world: World, name: str, *table: Sequence[str]) -> None:
    mark = plan(world, name, *table).mark

    def work(uow: UnitOfWork) -> bool:
        return import_rows(uow, LISTS[name], table, mark, uow.people.get(ADMIN), LATER)[1] is not None

    assert world.transactions.write(work)


def said(error: DomainError) -> tuple[str, Mapping[str, str | int | None]]:
    kept = {name: value for name, value in error.params.items() if name != "suggestion"}
    return error.code, kept


def wrong(of: ImportPlan) -> list[dict[str, tuple[str, Mapping[str, str | int | None]]]]:
    return [{column: said(error) for column, error in line.errors.items()} for line in of.lines]


def notes(world: World) -> list[tuple[object, ...]]:
    def read(uow: UnitOfWork) -> list[tuple[object, ...]]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [astuple(note) for note in uow.state.notes.values()]

    return world.transactions.read(read)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_list_that_comes_back_as_it_went_out_changes_nothing(world: World, name: str, language: str) -> None:
    rows = world.transactions.read(lambda uow: list(LISTS[name].rows(uow)))
    columns = LISTS[name].columns
    header = [heading(column, language) for column in columns]
    table = [[shown_value(column, row[column], language) for column in columns] for row in rows]
    found = plan(world, name, header, *table)
    assert (len(rows) > 0, found.count(Verdict.UNCHANGED), wrong(found)) == (True, len(rows), [{}] * len(rows))
    assert list(found.columns) == list(columns)
    assert not any(line.replaced or line.new for line in found.lines)


@pytest.mark.parametrize("day", ["25/12/2026", "2026-12-25 00:00:00", "25 Desember 2026"])
def test_a_holiday_is_the_same_day_however_a_spreadsheet_writes_it(world: World, day: str) -> None:
    found = plan(world, "holidays", ["Kode", "Nama"], [day, "Natal"], ["26/12/2026", "Cuti bersama"])
    assert [line.verdict for line in found.lines] == [Verdict.UNCHANGED, Verdict.NEW]


def test_who_has_neither_account_nor_code_is_in_no_list(world: World) -> None:
    world.transactions.write(lambda uow: uow.people.add(a_person("Lama", username=None, role=None)))
    rows = world.transactions.read(lambda uow: list(LISTS["people"].rows(uow)))
    assert rows[1] == {
        "name": "Agus",
        "username": "",
        "role": "",
        "technician_code": "F5TUN446",
        "site_operation": "SDA",
        "phone": "",
        "language": "id",
        "active": "yes",
    }
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("name", "table", "verdicts"),
    [
        (
            "people",
            [
                ["username", "name", "role", "technician_code", "active"],
                ["sari", "Sari", "Helpdesk", "", ""],
                ["RINA", "", "Team leader", "", ""],
                ["", "", "", "f5 tun 446", "tidak"],
                ["bagus", "Bagus", "", "", "1"],
            ],
            [Verdict.NEW, Verdict.CHANGED, Verdict.CHANGED, Verdict.UNCHANGED],
        ),
        (
            "stos",
            [["Kode", "Nama", "SO"], ["gsk", "Gresik", "MJK"], ["sda", "Sidoarjo", ""], ["TUN", "", "SDA"]],
            [Verdict.NEW, Verdict.CHANGED, Verdict.UNCHANGED],
        ),
        (
            "targets",
            [
                ["month", "sto", "target", "working_days"],
                ["2026-12", "sda", "12", "24"],
                ["2026-11", "SDA", "251", ""],
                ["2026-11", "TUN", "9", "20"],
            ],
            [Verdict.NEW, Verdict.CHANGED, Verdict.NEW],
        ),
    ],
)
def test_each_row_is_new_changed_or_the_same_by_what_it_is_known_by(
    world: World, name: str, table: Table, verdicts: list[Verdict]
) -> None:
    assert [line.verdict for line in plan(world, name, *table).lines] == verdicts


def test_what_is_imported_is_stored_and_what_is_left_empty_stays(world: World) -> None:
    apply(world, "stos", ["Kode", "Nama", "SO", "active"], ["gsk", "Gresik", "MJK", "no"], ["sda", "Sidoarjo", "", ""])
    stos = world.transactions.read(lambda uow: {row.code: row for row in uow.catalogue.stos()})
    assert stos["GSK"] == Sto(code="GSK", name="Gresik", site_operation="MJK", active=False)
    assert stos["SDA"] == Sto(code="SDA", name="Sidoarjo", site_operation="SDA")
    sidoarjo, gresik = repr(stos["SDA"]), repr(stos["GSK"])
    counts = (("new", "1"), ("changed", "1"), ("unchanged", "0"), ("wrong", "0"))
    assert notes(world) == [
        ("catalogue_edited", "Sto:GSK", ADMIN, LATER, (("row", gresik),)),
        ("catalogue_edited", "Sto:SDA", ADMIN, LATER, (("row", sidoarjo),)),
        ("rows_imported", "stos", ADMIN, LATER, counts),
    ]


def test_people_of_a_list_are_added_and_changed_with_who_did_it(world: World) -> None:
    table = [
        ["username", "name", "role", "technician_code", "phone", "active"],
        ["sari", "Sari", "supervisor", "F5SDA900", "0813-1111-222", "no"],
        ["rina", "Rina Wati", "", "", "", ""],
    ]
    apply(world, "people", *table)

    def read(uow: UnitOfWork) -> list[tuple[object, ...]]:
        people = (uow.people.by_username("sari"), uow.people.by_username("rina"))
        return [(one.name, one.role, one.technician_code, one.phone, one.active) for one in people if one]

    assert world.transactions.read(read) == [
        ("Sari", Role.SUPERVISOR, "F5SDA900", "628131111222", False),
        ("Rina Wati", Role.HELPDESK, None, "", True),
    ]
    assert notes(world)[:2] == [
        ("person_added", "7", ADMIN, LATER, (("name", "Sari"),)),
        ("person_edited", "4", ADMIN, LATER, (("changed", "name"), ("name", "Rina Wati"))),
    ]


def test_targets_of_a_list_are_stored_with_who_set_them(world: World) -> None:
    apply(world, "targets", ["month", "sto", "target"], ["2026-11", "SDA", "251"])
    kept = world.transactions.read(lambda uow: uow.targets.all())
    assert list(kept) == [Target(month="2026-11", sto="SDA", target=251, working_days=25)]
    said = (("target", "251"), ("working_days", "25"))
    assert notes(world)[0] == ("target_set", "2026-11 SDA", ADMIN, LATER, said)


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        (
            "people",
            [
                ["username", "technician_code", "name", "role", "phone", "active"],
                ["rina", "F5TUN446", "", "", "", ""],
                ["sari", "", "Sari", "Helpdesk", "", "mungkin"],
                ["", "F5NEW1", "Joni", "", "", ""],
                ["", "F5NEW1", "Joni", "", "", ""],
                ["rina", "", "Rina W", "", "", ""],
                ["RINA", "", "Rina X", "", "", ""],
                ["admin", "", "", "helpdesk", "", ""],
            ],
            [
                {"username": ("row.two_people", {"typed": ""})},
                {"active": ("active.unknown", {"typed": "mungkin"})},
                {},
                {"technician_code": ("row.twice", {"typed": "Joni"})},
                {},
                {"username": ("row.twice", {"typed": "Rina X"})},
                {"": ("last_one.admin", {"name": "Admin"})},
            ],
        ),
        (
            "people",
            [
                ["technician_code", "username", "name", "role"],
                ["F5TUN446", "sari", "", "helpdesk"],
                ["F5SDA445", "sari", "", "helpdesk"],
            ],
            [{}, {"username": ("row.two_people", {"typed": ""})}],
        ),
        (
            "people",
            [
                ["technician_code", "phone", "name"],
                ["F5NEW1", "0813 1111 222", "Joni"],
                ["F5NEW2", "628131111222", "Tedi"],
            ],
            [{"phone": ("row.phone_twice", {"typed": "628131111222"})}] * 2,
        ),
        (
            "site-operations",
            [["code", "name"], ["GSK", "Gresik"], ["g s k", "Gresik lagi"], ["", "Tanpa kode"], ["MJK", ""]],
            [
                {},
                {"code": ("row.twice", {"typed": "GSK"})},
                {"code": ("site_operation.shape", {"typed": ""})},
                {},
            ],
        ),
        (
            "targets",
            [
                ["month", "sto", "target", "working_days"],
                ["2026-12", "SDA", "12", "24"],
                ["2026-12", "sda", "13", "24"],
                ["kapan", "[]", "-1", "32"],
                ["", "SDA", "1000001", "0"],
                ["2026-11", "TUN", "10000000", "1.5"],
            ],
            [
                {},
                {"sto": ("row.twice", {"typed": "SDA"})},
                {
                    "month": ("month.unknown", {"typed": "kapan"}),
                    "sto": ("sto.unknown", {"typed": "[]"}),
                    "target": ("target.target", {"typed": "-1"}),
                    "working_days": ("target.working_days", {"typed": "32"}),
                },
                {
                    "month": ("month.unknown", {"typed": ""}),
                    "target": ("target.target", {"typed": "1000001"}),
                    "working_days": ("target.working_days", {"typed": "0"}),
                },
                {
                    "target": ("target.target", {"typed": "10000000"}),
                    "working_days": ("target.working_days", {"typed": "1.5"}),
                },
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_cell(
    world: World, name: str, table: Table, expected: list[dict[str, tuple[str, dict[str, str]]]]
) -> None:
    assert wrong(plan(world, name, *table)) == expected


@pytest.mark.parametrize(("target", "days"), [("0", "1"), ("1000000", "31")])
def test_the_smallest_and_the_largest_target_are_taken(world: World, target: str, days: str) -> None:
    table = (["month", "sto", "target", "working_days"], ["2026-12", " tun ", f" {target} ", f" {days} "])
    apply(world, "targets", *table)
    kept = world.transactions.read(lambda uow: uow.targets.of_month("2026-12"))
    assert list(kept) == [Target(month="2026-12", sto="TUN", target=int(target), working_days=int(days))]


def test_a_number_of_another_person_is_refused_until_it_is_given_up_in_a_row_before(world: World) -> None:
    taken = [["technician_code", "phone"], ["F5SDA445", "0813 1111 222"]]
    apply(world, "people", *taken)
    found = plan(world, "people", taken[0], ["F5TUN446", "08131111222"])
    assert wrong(found) == [{"phone": ("already_used.by", {"field": "phone", "value": "628131111222", "name": "Budi"})}]
    code = ["technician_code", "username", "role", "name"]
    found = plan(world, "people", code, ["F5TUN446", "agus", "helpdesk", ""], ["F5XX1", "agus", "helpdesk", "Lain"])
    assert wrong(found) == [{}, {"technician_code": ("row.twice", {"typed": "Lain"})}]


@pytest.mark.parametrize(
    ("name", "table", "code", "typed"),
    [
        ("people", [], "file.header", ""),
        ("people", [["Nama", " Nomor  telepon "]], "file.header", "Nama, Nomor telepon"),
        ("stos", [["Kode", "Nama", "code"]], "file.header_twice", "Kode, Nama, code"),
        ("targets", [["Bulan", "Target"]], "file.header", "Bulan, Target"),
    ],
)
def test_a_header_by_which_no_row_is_known_is_refused_as_it_is_written(
    world: World, name: str, table: Table, code: str, typed: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        plan(world, name, *table)
    assert (refused.value.code, refused.value.typed) == (code, typed)


def test_rows_are_numbered_as_in_the_file_and_empty_ones_are_passed_over(world: World) -> None:
    found = plan(
        world, "stos", [], ["", ""], ["Kode", "Nama", "catatan", ""], ["TUN"], ["", ""], ["SPJ", "Sepanjang", "x"]
    )
    assert [(line.number, line.texts, line.verdict) for line in found.lines] == [
        (4, {"code": "TUN", "name": ""}, Verdict.UNCHANGED),
        (6, {"code": "SPJ", "name": "Sepanjang"}, Verdict.CHANGED),
    ]
    assert (found.lines[1].replaced, found.lines[1].new) == ({"name": ""}, {"name": "Sepanjang"})
    assert (list(found.columns), list(found.unknown)) == (["code", "name"], ["catatan"])
    assert list(found.taken) == [("Kode", "code"), ("Nama", "name")]
    assert (found.replacing(["name"]), found.replacing(["site_operation"])) == (0, 0)


def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_written(world: World) -> None:
    table = [["Kode", "Nama"], ["GSK", "Gresik"]]
    mark = plan(world, "site-operations", *table).mark
    world.transactions.write(lambda uow: uow.catalogue.put_site_operation(SiteOperation(code="GSK", name="Gresik")))

    def work(uow: UnitOfWork) -> tuple[ImportPlan, bool]:
        found, written = import_rows(uow, LISTS["site-operations"], table, mark, uow.people.get(ADMIN), LATER)
        return found, written is not None

    found, done = world.transactions.write(work)
    assert (done, found.count("unchanged"), notes(world)) == (False, 1, [])


def test_rows_that_can_each_stand_but_not_together_are_not_written_at_all(world: World) -> None:
    kinds = world.transactions.read(lambda uow: [row.code for row in uow.catalogue.order_types()])
    table = [["code", "active"], *([code, "no"] for code in kinds)]
    with pytest.raises(LastOne):
        apply(world, "order-types", *table)
    assert all(row.active for row in world.transactions.read(lambda uow: uow.catalogue.order_types()))


@pytest.mark.parametrize(
    ("column", "text", "indonesian", "english"),
    [
        ("role", "team_leader", "Team leader", "Team leader"),
        ("active", "yes", "Ya", "Yes"),
        ("name", "yes", "yes", "yes"),
        ("active", "", "", ""),
        ("phase", "nowhere", "nowhere", "nowhere"),
    ],
)
def test_what_is_chosen_from_few_is_shown_by_its_name(column: str, text: str, indonesian: str, english: str) -> None:
    assert (shown_value(column, text, "id").casefold(), shown_value(column, text, "en").casefold()) == (
        indonesian.casefold(),
        english.casefold(),
    )


def test_what_a_row_would_change_is_shown_as_the_list_has_it(world: World) -> None:
    found = plan(
        world, "people", ["technician_code", "active", "username"], ["F5TUN446", "no", ""], ["F5NEW1", "", "x"]
    )
    assert (found.lines[0].replaced, found.lines[0].new) == ({"active": "yes"}, {"active": "no"})
    assert found.lines[1].verdict is Verdict.WRONG
    assert plan(world, "people", ["technician_code", "name"], ["F5NEW1", "Joni"]).lines[0].new == {}


def test_somebody_kept_out_is_listed_as_such(world: World) -> None:
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(AGUS), active=False)))
    rows = world.transactions.read(lambda uow: {row["name"]: row for row in LISTS["people"].rows(uow)})
    assert (rows["Agus"]["active"], rows["Budi"]["active"]) == ("no", "yes")


def test_a_zero_keeps_out_and_a_name_in_either_language_is_understood(world: World) -> None:
    table = [
        ["username", "role", "language", "active"],
        ["rina", " team  LEADER ", shown_value("language", "id", "en").upper(), "0"],
        ["bagus", "team leader", shown_value("language", "en", "id"), "Ya"],
    ]
    apply(world, "people", *table)
    people = world.transactions.read(lambda uow: [uow.people.get(number) for number in (RINA, 5)])
    assert [(one.role, one.language, one.active) for one in people] == [
        (Role.TEAM_LEADER, "id", False),
        (Role.TEAM_LEADER, "en", True),
    ]


def test_somebody_new_in_a_row_is_nobody_of_the_rows_that_follow(world: World) -> None:
    people = world.transactions.read(lambda uow: [row["technician_code"] for row in LISTS["people"].rows(uow)])
    table = [
        ["technician_code", "name"],
        ["F5NEW1", "Satu"],
        ["F5NEW2", "Dua"],
        *([code, "Nama"] for code in people if code),
    ]
    found = plan(world, "people", *table)
    assert [line.verdict for line in found.lines] == [*[Verdict.NEW] * 2, *[Verdict.CHANGED] * 3]


@pytest.mark.parametrize(
    ("name", "row", "changed"),
    [
        ("statuses", {"code": "ogp", "position": "99"}, "position"),
        ("order-types", {"code": "ao", "label_en": "New"}, "label_en"),
        ("site-operations", {"code": " s da ", "name": "Sidoarjo Kota"}, "name"),
    ],
)
def test_a_row_by_its_code_changes_what_it_has_and_nothing_else(
    world: World, name: str, row: dict[str, str], changed: str
) -> None:
    (line,) = plan(world, name, list(row), list(row.values())).lines
    assert (line.verdict, list(line.replaced), line.new) == (Verdict.CHANGED, [changed], {changed: row[changed]})
    apply(world, name, list(row), list(row.values()))
    assert plan(world, name, list(row), list(row.values())).count(Verdict.UNCHANGED) == 1


def test_a_user_name_of_another_is_refused_however_it_is_written(world: World) -> None:
    found = plan(world, "people", ["technician_code", "username", "role"], ["F5TUN446", " Rina ", "helpdesk"])
    assert wrong(found) == [{"username": ("already_used", {"field": "username", "value": "rina"})}]
