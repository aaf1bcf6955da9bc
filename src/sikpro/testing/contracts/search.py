"""What `OrderFilter.text` finds, the same in every store."""

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sikpro.application.ports.people import RENAMED_AT_ONCE
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.people import Person
from sikpro.domain.search_text import found, search_term
from sikpro.domain.values import RegistrationNumber
from sikpro.testing.builders import a_technician, after, an_order, key_of, order_data, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.undone import undone

NOTE = "Rumah KOSONG 100%_beres 'petik' \"ganda\" NEAR(a b) -minus* 😀🏠 Straße ÉTÉ \\ [x] <script>"


def search(store: Transactions, text: str) -> list[str]:
    which = OrderFilter(text=text)
    rows = store.read(lambda unit: unit.order_queries.page(which, sort=Sort.OLDEST, after=None, limit=50))
    assert store.read(lambda unit: unit.order_queries.count(which, 50)) == len(rows)
    return [row.number[-1] for row in rows]


def by_code(unit: UnitOfWork) -> Person:
    person = unit.people.by_code("F5SDA445")
    assert person is not None
    return person


class SearchContract(StoreSuite):
    """What `OrderFilter.text` finds, the same in every store."""

    @pytest.fixture
    def searched(self, store: Transactions) -> Transactions:
        """A store with three orders, the third of a technician with a name."""

        def work(unit: UnitOfWork) -> None:
            unit.people.add(a_technician("Budi Santöso", "F5SDA445"))
            stored_order(unit, "SC10000001", serial="HWTC12345678", odp="ODP-GDS-FAT/75", technician="F5GDS001")
            stored_order(unit, "SC10000002", serial="ZTEGC6754546", odp="ODP-SPJ-003", technician="F5SPJ002", note=NOTE)
            stored_order(unit, "SC32232558", serial="ALCLABCDEF12", technician="F5SDA445", received_at=after(1))

        store.write(work)
        return store

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", ["1", "2", "8"]),
            ("   ", ["1", "2", "8"]),
            ("SC32232558", ["8"]),
            ("  sc3223\t", ["8"]),
            ("232", ["8"]),
            ("000", ["1", "2"]),
            ("hwtc1234", ["1"]),
            ("48575443", ["1"]),
            ("5A544547C6754546", ["2"]),
            ("544547c67", ["2"]),
            ("odp-gds-fat/75", ["1"]),
            ("spj", ["2"]),
            ("f5sda", ["8"]),
            ("budi", ["8"]),
            ("SANTÖSO", ["8"]),
            ("i san", ["8"]),
            ("kosong", ["2"]),
            ("100%", ["2"]),
            ("%_b", ["2"]),
            ("%%%", []),
            ("___", []),
            ("1__", []),
            ("*****", []),
            ("'petik'", ["2"]),
            ('"ganda"', ["2"]),
            ('"""', []),
            ("near(a b)", ["2"]),
            ("-minus*", ["2"]),
            ("kosong AND petik", []),
            ("kosong OR budi", []),
            ("note:kosong", []),
            ("^rumah", []),
            ("😀🏠 ", []),
            ("g 😀🏠", []),
            ("* 😀🏠", ["2"]),
            ("STRASSE", ["2"]),
            ("été", ["2"]),
            ("ete", []),
            ("\\ [", ["2"]),
            ("<SCRIPT>", ["2"]),
            ("kosong\x00", ["2"]),
            ("a" * 5_000, []),
        ],
    )
    def test_a_part_of_any_searched_field_is_found_and_every_character_is_itself(
        self, searched: Transactions, text: str, expected: list[str]
    ) -> None:
        assert search(searched, text) == expected

    @pytest.mark.parametrize(
        "text", ["s", "SC", "hw", "z", "48", "5", "f5", "od", "bu", "%", "_", '"', "😀", "ö", "ſ", "-"]
    )
    def test_one_or_two_characters_find_nothing_but_whole_codes(self, searched: Transactions, text: str) -> None:
        def short_number(unit: UnitOfWork) -> None:
            order = an_order(unit.orders.next_id(), "SC10000009")
            unit.orders.add(
                evolve(order, data=evolve(order.data, registration_number=RegistrationNumber("Q7", "q7"))), None
            )

        searched.write(short_number)

        assert search(searched, text) == []
        assert search(searched, " q7 ") == ["7"]

    @pytest.mark.parametrize("name", ["Al", "Öz", "É"])
    def test_a_technician_with_a_short_name_is_found_by_it(self, searched: Transactions, name: str) -> None:
        """No three letters could ever find them."""
        searched.write(lambda unit: unit.people.add(a_technician(name, code="F5SPJ002")))

        assert search(searched, name.lower()) == ["2"]

    def test_a_corrected_order_is_found_by_what_it_says_now_only(self, searched: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            (order,) = unit.orders.find("SC10000001")
            corrected = evolve(order, data=evolve(order.data, note="pagar biru"))
            unit.orders.save(corrected, key_of(corrected))
            (other,) = unit.orders.find("SC10000002")
            bare = evolve(other, data=evolve(other.data, note=""))
            unit.orders.save(bare, key_of(bare))

        searched.write(work)

        assert search(searched, "pagar") == ["1"]
        assert search(searched, "kosong") == []
        assert search(searched, "hwtc") == ["1"]

    def test_a_correction_undone_with_its_savepoint_is_not_found(self, searched: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            with undone(unit):
                (order,) = unit.orders.find("SC10000001")
                corrected = evolve(order, data=evolve(order.data, note="pagar biru"))
                unit.orders.save(corrected, key_of(corrected))
                stored_order(unit, "SC10000009", note="pagar hijau")

        searched.write(work)

        assert search(searched, "pagar") == []

    def test_a_technician_who_changes_name_or_code_is_found_by_the_new_one(self, searched: Transactions) -> None:
        def rename(unit: UnitOfWork) -> None:
            budi = unit.people.by_code("F5SDA445")
            assert budi is not None
            unit.people.save(evolve(budi, name="Wahyu"))

        def recode(unit: UnitOfWork) -> None:
            wahyu = unit.people.by_code("F5SDA445")
            assert wahyu is not None
            unit.people.save(evolve(wahyu, technician_code="F5GDS001"))

        searched.write(rename)
        assert (search(searched, "budi"), search(searched, "wahyu")) == ([], ["8"])
        searched.write(recode)
        assert search(searched, "wahyu") == ["1"]

    def test_a_technician_with_many_orders_is_renamed_in_portions_that_lose_none(self, store: Transactions) -> None:
        def fill(unit: UnitOfWork) -> None:
            unit.people.add(a_technician(name="Budi"))
            for number in range(RENAMED_AT_ONCE + 50):
                stored_order(unit, f"SC{number + 10_000_000}")

        def rename(name: str) -> Callable[[UnitOfWork], object]:
            return lambda unit: unit.people.save(evolve(by_code(unit), name=name))

        def found() -> list[int]:
            filters = [OrderFilter(text=name) for name in ("budi", "wahyu", "prasetyo")]
            return store.read(lambda unit: [unit.order_queries.count(one, 1_000) for one in filters])

        def renew() -> bool:
            store.write(lambda unit: unit.people.renew_search(30))
            return store.read(lambda unit: unit.people.search_waits())

        everyone = RENAMED_AT_ONCE + 50
        store.write(fill)
        store.write(rename("Wahyu"))
        assert sum(found()) == everyone
        renew()
        assert sum(found()) == everyone
        store.write(rename("Prasetyo"))
        while renew():
            assert sum(found()) == everyone
        assert found() == [0, 0, everyone]

    def test_a_technician_who_becomes_known_later_is_found_by_name(self, searched: Transactions) -> None:
        searched.write(lambda unit: unit.people.add(a_technician("Wahyu", "F5GDS001")))

        assert search(searched, "wahyu") == ["1"]

    def test_a_search_that_finds_thousands_gives_the_same_page(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for number in range(2_100):
                stored_order(unit, f"SC{10**7 + number}", received_at=after(number))

        store.write(work)

        which = OrderFilter(text="zteg")
        rows = store.read(lambda unit: unit.order_queries.page(which, sort=Sort.NEWEST, after=None, limit=3))
        assert [row.number for row in rows] == ["SC10002099", "SC10002098", "SC10002097"]
        assert store.read(lambda unit: unit.order_queries.count(which, 5_000)) == 2_100

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.sampled_from("sSzZ05aA%_\"'*-/ bBuUöÖſ\u212a"), max_size=5))
    def test_every_store_finds_what_the_domain_says(self, searched: Transactions, text: str) -> None:
        orders = {
            "1": (order_data("SC10000001", serial="HWTC12345678", odp="ODP-GDS-FAT/75", technician="F5GDS001"), ""),
            "2": (order_data("SC10000002", odp="ODP-SPJ-003", technician="F5SPJ002", note=NOTE), ""),
            "8": (order_data("SC32232558", serial="ALCLABCDEF12"), "Budi Santöso"),
        }
        term = search_term(text)

        assert search(searched, text) == [n for n, (data, name) in orders.items() if found(term, data, name)]
