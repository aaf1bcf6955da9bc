"""What the stores of the helpdesk's own choices promise: preferences of work, and orders set aside."""

from functools import partial

import pytest
from attrs import evolve

from sikpro.application.ports.mentions import Mention
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, after, stored_order
from sikpro.testing.contracts.base import StoreSuite


def chosen_by(person: int, unit: UnitOfWork) -> WorkPreferences:
    """The choices that the store has of a person."""
    return unit.work_preferences.of(person)


class WorkingContract(StoreSuite):
    """What the stores of the helpdesk's own choices promise: preferences of work, and orders set aside."""

    def test_a_person_who_never_chose_has_the_first_preferences(self, store: Transactions) -> None:
        rina = store.write(lambda unit: unit.people.add(a_person()))
        assert store.read(lambda unit: unit.work_preferences.of(rina.id)) == WorkPreferences(person_id=rina.id)

    def test_preferences_come_back_as_chosen_and_the_last_choice_holds(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[WorkPreferences, WorkPreferences]:
            rina = unit.people.add(a_person(username="rina"))
            tono = unit.people.add(a_person(username="tono"))
            unit.work_preferences.save(WorkPreferences(person_id=rina.id, go_on=False))
            chosen = WorkPreferences(
                person_id=rina.id, side_by_side=False, stos={"SDA", "WRU"}, types={"AO"}, site_operations={"SO-1"}
            )
            unit.work_preferences.save(chosen)
            return chosen, WorkPreferences(person_id=tono.id)

        for expected in store.write(work):
            assert store.read(partial(chosen_by, expected.person_id)) == expected

    def test_what_people_set_aside_is_found_by_person_by_order_and_by_time(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[SetAside, SetAside, SetAside]:
            rina = unit.people.add(a_person(username="rina"))
            tono = unit.people.add(a_person(username="tono"))
            first, second = stored_order(unit, "SC10000001"), stored_order(unit, "SC10000002")

            def aside(order: int, by: int, at: int, until: int, reason: str = "") -> SetAside:
                row = SetAside(order_id=order, version=3, by=by, at=after(at), until=after(until), reason=reason)
                kept = unit.set_aside.add(row)
                assert kept.id
                return kept

            return (
                aside(first.id, rina.id, 1, 5),
                aside(second.id, rina.id, 2, 9, "not_mine"),
                aside(first.id, tono.id, 3, 60),
            )

        early, skipped, other = store.write(work)
        assert store.read(lambda unit: unit.set_aside.of_person(early.by, after(0))) == (early, skipped)
        assert store.read(lambda unit: unit.set_aside.of_person(early.by, after(2))) == (skipped,)
        assert store.read(lambda unit: unit.set_aside.since(after(1), 2)) == (other, skipped)
        assert store.read(lambda unit: unit.set_aside.since(after(2), 9)) == (other, skipped)
        assert store.read(lambda unit: unit.set_aside.holding(early.order_id, after(4))) == (early, other)
        assert store.read(lambda unit: unit.set_aside.holding(early.order_id, after(5))) == (other,)

    def test_a_link_to_the_wall_is_found_by_its_token_and_ends_once(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[WallLink, WallLink]:
            admin = unit.people.add(a_person())
            first, second = (
                unit.wall_links.add(
                    WallLink(token_hash=token, name=f"Ruang {token}", site_operation=site, by=admin.id, at=after(0))
                )
                for token, site in (("aa", ""), ("bb", "SDA"))
            )
            return first, second

        first, second = store.write(work)
        assert store.read(lambda unit: unit.wall_links.all()) == (second, first)
        assert store.read(lambda unit: unit.wall_links.by_token("bb")) == second
        assert store.read(lambda unit: unit.wall_links.by_token("cc")) is None
        store.write(lambda unit: unit.wall_links.end(first.id, after(1)))
        store.write(lambda unit: unit.wall_links.end(first.id, after(2)))
        assert store.read(lambda unit: unit.wall_links.by_token("aa")) == evolve(first, ended_at=after(1))
        with pytest.raises(NotFound):
            store.write(lambda unit: unit.wall_links.end(99, after(3)))

    def test_handovers_of_shifts_come_back_by_time(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[ShiftHandover, ShiftHandover]:
            rina = unit.people.add(a_person(username="rina"))
            tono = unit.people.add(a_person(username="tono"))
            late = ShiftHandover(by=tono.id, to=None, at=after(9), text="", orders=())
            early = ShiftHandover(by=rina.id, to=tono.id, at=after(1), text="sisa \u2028 🙂", orders=(7, 2**40))
            late = unit.shift_handovers.add(late)
            return unit.shift_handovers.add(early), late

        early, late = store.write(work)
        assert early.id != late.id
        assert store.read(lambda unit: unit.shift_handovers.between(after(1), after(9.5))) == (early, late)
        assert store.read(lambda unit: unit.shift_handovers.between(after(1), after(9))) == (early,)
        assert store.read(lambda unit: unit.shift_handovers.between(after(2), after(9))) == ()

    def test_mentions_are_unread_until_the_person_opens_the_order(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Mention, Mention, Mention, Mention]:
            rina = unit.people.add(a_person(username="rina"))
            tono = unit.people.add(a_person(username="tono"))
            first, second = stored_order(unit, "SC10000001"), stored_order(unit, "SC10000002")

            def named(order: int, person: int, by: int, at: int) -> Mention:
                kept = unit.mentions.add(Mention(order_id=order, person=person, by=by, at=after(at)))
                assert kept.id
                return kept

            return (
                named(first.id, rina.id, tono.id, 1),
                named(second.id, rina.id, tono.id, 2),
                named(first.id, rina.id, tono.id, 3),
                named(first.id, tono.id, rina.id, 3),
            )

        early, other, late, tonos = store.write(work)
        assert store.read(lambda unit: unit.mentions.unread(early.person, 9)) == (late, other, early)
        assert store.read(lambda unit: unit.mentions.unread(early.person, 2)) == (late, other)
        assert store.write(lambda unit: unit.mentions.read(early.person, early.order_id, after(4))) == 2
        assert store.write(lambda unit: unit.mentions.read(early.person, early.order_id, after(5))) == 0
        assert store.read(lambda unit: unit.mentions.unread(early.person, 9)) == (other,)
        assert store.read(lambda unit: unit.mentions.unread(tonos.person, 9)) == (tonos,)

    def test_a_person_has_own_snippets_and_the_shared_ones_and_a_name_only_once_of_each(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> tuple[int, list[int]]:
            rina, tono = unit.people.add(a_person(username="rina")), unit.people.add(a_person(username="tono"))
            puts = ((None, "label", "a"), (rina.id, "label", "b"), (tono.id, "label", "c"), (rina.id, "foto", "d"))
            kept = [unit.snippets.put(*one).id for one in puts]
            again = [unit.snippets.put(None, "label", "a \u2028 🙂").id, unit.snippets.put(rina.id, "label", "B").id]
            assert again == kept[:2]
            return rina.id, kept

        rina, [shared, own, tonos, photo] = store.write(work)
        found = store.read(lambda unit: unit.snippets.of_person(rina))
        assert [(one.id, one.owner, one.name, one.text) for one in found] == [
            (photo, rina, "foto", "d"),
            (own, rina, "label", "B"),
            (shared, None, "label", "a \u2028 🙂"),
        ]
        assert store.read(lambda unit: unit.snippets.get(tonos)).text == "c"
        store.write(lambda unit: unit.snippets.drop(own))
        store.write(lambda unit: unit.snippets.drop(own))
        assert [one.id for one in store.read(lambda unit: unit.snippets.of_person(rina))] == [photo, shared]
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.snippets.get(own))
