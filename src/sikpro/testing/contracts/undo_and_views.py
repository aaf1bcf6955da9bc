"""What the desk's stores promise: steps to undo, messages taken back, claims that are renewed, saved views."""

from datetime import timedelta

from attrs import evolve

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.undo_and_views import UndoStep
from sikpro.domain.order_data import Origin
from sikpro.domain.place import Place
from sikpro.domain.turns import TurnClock
from sikpro.testing.builders import HELD_UP, IN_PROGRESS, a_person, after, an_outgoing, key_of, stored_order
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.race import race


class UndoAndViewsContract(StoreSuite):
    """What the desk's stores promise: steps to undo, messages taken back, claims that are renewed, saved views."""

    def test_an_undo_step_gives_back_the_whole_order(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> UndoStep:
            order = stored_order(unit, note="pagar \u2028 🙂", sender=3, origin=Origin(-7, 9))
            order = order.take(4, IN_PROGRESS, after(2)).order
            order = order.move_to(HELD_UP, 4, after(3), feedback="ODP \u0130").order
            order = order.join("", -7, 9, after(3), place=Place.at(-7.447812, 112.7183)).order
            clock = TurnClock(order.turn, after(4), {order.turn: timedelta(days=9, microseconds=1)})
            step = UndoStep(before=evolve(order, clock=clock), version=7, by=4, until=after(5), messages=(1, 2**40))
            unit.undo_steps.put(step)
            return step

        step = store.write(work)

        assert store.read(lambda unit: unit.undo_steps.of_order(step.before.id)) == step
        assert store.read(lambda unit: unit.undo_steps.of_order(99)) is None

    def test_the_last_step_of_an_order_stands_for_it_until_it_is_over_or_dropped(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[int, int]:
            first, second = stored_order(unit, "SC10000001"), stored_order(unit, "SC10000002")
            for order, version, until in ((first, 1, 1), (first, 2, 5), (second, 2, 3)):
                unit.undo_steps.put(UndoStep(before=order, version=version, by=4, until=after(until), messages=()))
            return first.id, second.id

        first, second = store.write(work)

        def latest(by: int, minute: float) -> int | None:
            steps = store.read(lambda unit: unit.undo_steps.latest(by, after(minute)))
            return steps[0].before.id if steps else None

        kept = store.read(lambda unit: unit.undo_steps.of_order(first))
        assert kept is not None
        assert kept.version == 2
        assert (latest(4, 2), latest(4, 4), latest(4, 5), latest(5, 2)) == (first, first, None, None)
        store.write(lambda unit: unit.undo_steps.drop(first))
        assert latest(4, 2) == second
        store.write(lambda unit: unit.undo_steps.forget(after(4)))
        assert store.read(lambda unit: unit.undo_steps.of_order(second)) is None

    def test_the_steps_of_one_action_are_the_last_step_together(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[int]:
            orders = [stored_order(unit, f"SC1000000{place}") for place in range(1, 5)]
            for order, by, until in zip(orders, (4, 4, 4, 5), (3, 5, 5, 5), strict=True):
                unit.undo_steps.put(UndoStep(before=order, version=2, by=by, until=after(until), messages=(order.id,)))
            return [order.id for order in orders]

        _, second, third, _ = store.write(work)
        steps = store.read(lambda unit: unit.undo_steps.latest(4, after(2)))
        assert [(step.before.id, step.messages) for step in steps] == [(second, (second,)), (third, (third,))]

    def test_messages_are_taken_back_all_or_none_and_only_before_anybody_began(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[int]:
            chats = (700, 701, 702, 0)
            return [unit.outbox.put(an_outgoing(chat_id=chat), after(0), due_at=after(chat == 702)) for chat in chats]

        one, two, later, nowhere = store.write(work)

        def states() -> list[Delivery]:
            return store.read(lambda unit: [unit.outbox.get(number).state for number in (one, two, later, nowhere)])

        assert store.write(lambda unit: unit.outbox.recall([one, nowhere]))
        assert states() == [Delivery.RECALLED, Delivery.QUEUED, Delivery.QUEUED, Delivery.RECALLED]
        claimed = store.write(lambda unit: unit.outbox.claim(after(0), timedelta(minutes=1), 9))
        assert [item.id for item in claimed] == [two]
        assert not store.write(lambda unit: unit.outbox.recall([two, later]))
        store.write(lambda unit: unit.outbox.later(two, after(9), "unreachable", at=after(0)))
        assert not store.write(lambda unit: unit.outbox.recall([two]))
        assert states()[1:3] == [Delivery.QUEUED, Delivery.QUEUED]
        assert store.write(lambda unit: unit.outbox.recall([later]))
        assert store.write(lambda unit: unit.outbox.claim(after(2), timedelta(minutes=1), 9)) == ()
        assert store.write(lambda unit: unit.outbox.recall([]))

    def test_a_message_is_either_claimed_or_taken_back_never_both(self, store: Transactions) -> None:
        for _ in range(10):
            number = store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0)))
            outcomes: dict[str, bool] = {}

            def claim(outcomes: dict[str, bool] = outcomes) -> None:
                taken = store.write(lambda unit: unit.outbox.claim(after(1), timedelta(minutes=1), 9))
                outcomes["claimed"] = bool(taken)
                for item in taken:
                    store.write(lambda unit, i=item.id: unit.outbox.sent(i, 1, after(1)))  # type: ignore[misc]  # bound now

            def recall(outcomes: dict[str, bool] = outcomes, number: int = number) -> None:
                outcomes["recalled"] = store.write(lambda unit: unit.outbox.recall([number]))

            race(claim, recall)
            assert outcomes["claimed"] != outcomes["recalled"]

    def test_a_claim_is_extended_for_its_holder_and_the_version_stays(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int:
            taken = stored_order(unit).take(4, IN_PROGRESS, after(2)).order
            return unit.orders.save(taken, key_of(taken)).id

        order_id = store.write(work)
        version = store.read(lambda unit: unit.orders.get(order_id)).version

        assert store.write(lambda unit: unit.orders.extend_claim(order_id, 4, after(50)))
        order = store.read(lambda unit: unit.orders.get(order_id))
        assert (order.claimed_until, order.claimed_at, order.version) == (after(50), after(2), version)
        assert store.write(lambda unit: unit.orders.extend_claim(order_id, 4, after(60), after(30)))
        assert not store.write(lambda unit: unit.orders.extend_claim(order_id, 5, after(90)))
        order = store.read(lambda unit: unit.orders.get(order_id))
        assert (order.claimed_until, order.claimed_at, order.version) == (after(60), after(30), version)

    def test_a_person_s_views_are_their_own_and_one_of_a_name(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[int, int]:
            return unit.people.add(a_person("Rina")).id, unit.people.add(a_person("Tono")).id

        rina, tono = store.write(work)
        first = store.write(lambda unit: unit.saved_views.put(rina, "Pagi", "sto=SDA"))
        store.write(lambda unit: unit.saved_views.put(rina, "Kendala", "view=held_up"))
        theirs = store.write(lambda unit: unit.saved_views.put(tono, "Pagi", "sto=SPJ"))
        again = store.write(lambda unit: unit.saved_views.put(rina, "Pagi", "sto=MRT"))

        assert again == evolve(first, query="sto=MRT")
        views = store.read(lambda unit: unit.saved_views.of_person(rina))
        assert [(view.name, view.query) for view in views] == [("Pagi", "sto=MRT"), ("Kendala", "view=held_up")]
        store.write(lambda unit: unit.saved_views.drop(rina, theirs.id))
        assert store.read(lambda unit: unit.saved_views.of_person(tono)) == (theirs,)
        store.write(lambda unit: unit.saved_views.drop(rina, first.id))
        assert [view.name for view in store.read(lambda unit: unit.saved_views.of_person(rina))] == ["Kendala"]
