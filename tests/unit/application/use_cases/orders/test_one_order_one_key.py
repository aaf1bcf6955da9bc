"""No two live orders ever share a key, whatever people do in whatever order."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.change_duplicate_rule import change_duplicate_rule
from sikpro.application.use_cases.orders.change_status import cancel_order, change_status, reopen_order
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.duplicates import DuplicateMode
from sikpro.domain.errors import DomainError
from sikpro.domain.order_data import Channel
from sikpro.domain.phase import Phase
from tests.unit.chat import ZONE, World

TYPED = {field.name: field.example for field in FIELDS}
NUMBERS = st.sampled_from(["SC111111", "SC222222"])
TYPES = st.sampled_from(["AO", "MO"])
ORDERS = st.integers(1, 8)


class Office(RuleBasedStateMachine):
    """People register, cancel, reopen, correct, delete and restore a handful of orders under two numbers."""

    @initialize()
    def open_office(self) -> None:
        self.world = World()

    def does(self, work) -> None:  # type: ignore[no-untyped-def]  # a step over a unit of work and a leader
        self.world.clock.later(minutes=1)

        def step(uow: UnitOfWork) -> None:
            work(uow, uow.people.get(5), self.world.clock.now())

        try:
            self.world.transactions.write(step)
        except DomainError:
            return

    @rule(number=NUMBERS, kind=TYPES)
    def register(self, number: str, kind: str) -> None:
        typed = {**TYPED, "registration_number": number, "type": kind}
        self.does(lambda uow, by, now: register_order(uow, typed, now, sender=by, channel=Channel.WEB))

    @rule(order=ORDERS)
    def cancel(self, order: int) -> None:
        self.does(lambda uow, by, now: cancel_order(uow, order, by, now, reason="r", zone=ZONE))

    @rule(order=ORDERS)
    def complete(self, order: int) -> None:
        self.does(lambda uow, by, now: change_status(uow, order, "selesai", by, now, zone=ZONE))

    @rule(order=ORDERS)
    def reopen(self, order: int) -> None:
        self.does(lambda uow, by, now: reopen_order(uow, order, by, now, reason="r", zone=ZONE))

    @rule(order=ORDERS, number=NUMBERS, kind=TYPES)
    def correct(self, order: int, number: str, kind: str) -> None:
        def work(uow: UnitOfWork, by: object, now: object) -> None:
            typed = {**typed_again(uow.orders.get(order).data), "registration_number": number, "type": kind}
            correct_order(uow, order, typed, by, now)  # type: ignore[arg-type]  # a person and a time

        self.does(work)

    @rule(order=ORDERS)
    def delete(self, order: int) -> None:
        self.does(lambda uow, by, now: delete_order(uow, order, by, now, reason="r", zone=ZONE))

    @rule(order=ORDERS)
    def restore(self, order: int) -> None:
        self.does(lambda uow, _, now: restore_order(uow, order, uow.people.get(6), now))

    @rule(mode=st.sampled_from(DuplicateMode))
    def change_rule(self, mode: DuplicateMode) -> None:
        self.does(lambda uow, _, __: change_duplicate_rule(uow, mode))

    @invariant()
    def no_two_live_orders_share_a_key(self) -> None:
        if not hasattr(self, "world"):
            return

        def held(uow: UnitOfWork) -> Counter[str]:
            by_type = uow.installation.get().duplicate_mode is DuplicateMode.NUMBER_AND_TYPE
            return Counter(
                f"{number}/{kind}" if by_type else number
                for _, number, kind, phase, deleted in uow.orders.key_facts()
                if phase is not Phase.CANCELLED and not deleted
            )

        assert [key for key, count in self.world.transactions.read(held).items() if count > 1] == []

    @invariant()
    def the_kept_totals_are_those_of_the_orders(self) -> None:
        if not hasattr(self, "world"):
            return

        def figures(uow: UnitOfWork) -> tuple[Counter[Phase], Counter[Phase]]:
            kept: Counter[Phase] = Counter()
            for total in uow.order_queries.totals():
                kept[total.phase] += total.count
            counted = Counter(phase for _, _, _, phase, deleted in uow.orders.key_facts() if not deleted)
            return kept, counted

        kept, counted = self.world.transactions.read(figures)
        assert kept == counted


Office.TestCase.settings = settings(deadline=None, stateful_step_count=30)
test_no_two_live_orders_ever_share_a_key = Office.TestCase
