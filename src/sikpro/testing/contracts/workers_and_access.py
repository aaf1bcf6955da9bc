"""What dialogues, jobs, alerts, sessions and failed logins promise."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, after
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=1)


def talk(chat_id: int = 700, telegram_id: int = 700, **more: object) -> Conversation:
    base = Conversation(chat_id=chat_id, telegram_id=telegram_id, step="reg:serial", updated_at=after(0))
    return evolve(base, **more)  # type: ignore[arg-type]  # whatever the test is about


def schedule(store: Transactions, key: str, minute: float, kind: str = "interval") -> None:
    store.write(lambda unit: unit.jobs.schedule(kind, key, after(minute)))


def claim(store: Transactions, minute: float) -> Job | None:
    return store.write(lambda unit: unit.jobs.claim(after(minute), LEASE))


def log_in(store: Transactions, *ids: str) -> int:
    person = store.write(lambda unit: unit.people.add(a_person(f"P{ids[0]}")))
    for session_id in ids:
        session = Session(id=session_id, person=person.id, created_at=after(0), used_at=after(0))
        store.write(lambda unit, s=session: unit.sessions.add(s))  # type: ignore[misc]  # a lambda's default
    return person.id


def live(store: Transactions, *ids: str) -> list[str]:
    return [one for one in ids if store.read(lambda unit, i=one: unit.sessions.get(i))]  # type: ignore[misc]  # bound now


class WorkersAndAccessContract(StoreSuite):
    """What dialogues, jobs, alerts, sessions and failed logins promise."""

    def test_a_dialogue_goes_on_where_it_was_and_ends_when_dropped(self, store: Transactions) -> None:
        first = talk(data={"number": "SC32232558", "note": "😀\"'"}, token="t", language="en")
        store.write(lambda unit: unit.conversations.put(first))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (first,)

        second = talk(step="reg:odp", updated_at=after(1))
        store.write(lambda unit: unit.conversations.put(second))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (second,)
        assert store.read(lambda unit: unit.conversations.of(700, 701)) == ()

        store.write(lambda unit: unit.conversations.drop(700, 700, ""))
        store.write(lambda unit: unit.conversations.drop(700, 700, ""))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == ()

    def test_a_reminder_is_recorded_unless_the_dialogue_changed_or_ended_since_it_was_read(
        self, store: Transactions
    ) -> None:
        """On PostgreSQL a person may answer in the middle of the job that reminds them."""
        before = talk()
        store.write(lambda unit: unit.conversations.put(before))
        assert store.write(lambda unit: unit.conversations.mark_reminded(before, after(9)))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (evolve(before, reminded_at=after(9)),)

        answered = talk(step="reg:odp", updated_at=after(1))
        store.write(lambda unit: unit.conversations.put(answered))
        assert not store.write(lambda unit: unit.conversations.mark_reminded(before, after(10)))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (answered,)

        store.write(lambda unit: unit.conversations.drop(700, 700))
        assert not store.write(lambda unit: unit.conversations.mark_reminded(answered, after(10)))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == ()

    def test_a_person_has_several_drafts_in_a_chat_and_each_ends_alone(self, store: Transactions) -> None:
        old, new = talk(draft="a", updated_at=after(1)), talk(draft="b", updated_at=after(2))
        beside, other = talk(step="ask", updated_at=after(3)), talk(telegram_id=701, draft="a")

        def work(unit: UnitOfWork) -> None:
            for one in (new, old, beside, other):
                unit.conversations.put(one)

        store.write(work)
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (beside, new, old)

        store.write(lambda unit: unit.conversations.drop(700, 700, "b"))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == (beside, old)

        store.write(lambda unit: unit.conversations.drop(700, 700))
        assert store.read(lambda unit: unit.conversations.of(700, 700)) == ()
        assert store.read(lambda unit: unit.conversations.of(700, 701)) == (other,)

    def test_each_topic_of_a_chat_has_dialogues_of_its_own(self, store: Transactions) -> None:
        outside, first, second = talk(), talk(topic=12, token="a"), talk(topic=13, token="b")

        def work(unit: UnitOfWork) -> None:
            for one in (outside, first, second):
                unit.conversations.put(one)

        def known() -> list[tuple[Conversation, ...]]:
            return store.read(lambda unit: [unit.conversations.of(700, 700, topic) for topic in (0, 12, 13)])

        store.write(work)
        assert known() == [(outside,), (first,), (second,)]
        assert store.write(lambda unit: unit.conversations.mark_reminded(first, after(9)))
        store.write(lambda unit: unit.conversations.drop(700, 700, "", topic=13))
        assert known() == [(outside,), (evolve(first, reminded_at=after(9)),), ()]
        store.write(lambda unit: unit.conversations.drop(700, 700))
        assert known() == [(), (), ()]

    def test_open_dialogues_are_found_by_the_beginning_of_their_step_oldest_first(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.conversations.put(talk(1, updated_at=after(5)))
            unit.conversations.put(talk(2, updated_at=after(1)))
            unit.conversations.put(talk(3, step="REG:serial"))
            unit.conversations.put(talk(4, step="re_:serial"))
            unit.conversations.put(talk(5, step="access"))

        store.write(work)

        assert [row.chat_id for row in store.read(lambda unit: unit.conversations.open("reg:"))] == [2, 1]
        assert [row.chat_id for row in store.read(lambda unit: unit.conversations.open("re_"))] == [4]
        assert len(store.read(lambda unit: unit.conversations.open(""))) == 5

    def test_one_job_of_a_kind_and_key_is_noted(self, store: Transactions) -> None:
        schedule(store, "1", 5)
        schedule(store, "1", 1)
        schedule(store, "1", 2, kind="recap")

        jobs = store.read(lambda unit: unit.jobs.all())

        assert [(job.kind, job.due_at) for job in jobs] == [("recap", after(2)), ("interval", after(5))]

    def test_the_job_longest_due_is_claimed_by_one_until_its_lease_runs_out(self, store: Transactions) -> None:
        schedule(store, "late", 2)
        schedule(store, "early", 1)

        assert claim(store, 0.9) is None
        first, second = claim(store, 2), claim(store, 2)
        assert first is not None
        assert second is not None
        assert [(job.key, job.attempts) for job in (first, second)] == [("early", 1), ("late", 1)]
        assert claim(store, 2.9) is None
        again = claim(store, 3)
        assert again is not None
        assert (again.id, again.attempts) == (first.id, 2)

    def test_a_job_done_is_forgotten_and_its_id_is_not_given_again(self, store: Transactions) -> None:
        schedule(store, "1", 0)
        job = claim(store, 1)
        assert job is not None
        store.write(lambda unit: unit.jobs.done(job))
        schedule(store, "1", 0)

        (other,) = store.read(lambda unit: unit.jobs.all())

        assert other.id != job.id

    def test_a_job_to_be_done_again_keeps_its_error_and_is_free_at_its_time(self, store: Transactions) -> None:
        schedule(store, "1", 0)
        job = claim(store, 0)
        assert job is not None
        assert store.write(lambda unit: unit.jobs.again(job, after(0.5), "boom"))

        assert claim(store, 0.4) is None
        second = claim(store, 0.5)
        assert second == evolve(job, due_at=after(0.5), error="boom", attempts=2)
        assert store.write(lambda unit: unit.jobs.again(second, after(1)))
        assert claim(store, 1) == evolve(job, due_at=after(1), attempts=1)
        with pytest.raises(NotFound):
            store.write(lambda unit: unit.jobs.again(evolve(job, id=99), after(1)))

    def test_a_session_on_ones_own_device_is_known_as_that(self, store: Transactions) -> None:
        person = log_in(store, "s")
        own = Session(id="t", person=person, created_at=after(0), used_at=after(1), own_device=True)
        store.write(lambda unit: unit.sessions.add(own))
        assert store.read(lambda unit: unit.sessions.get("t")) == own
        assert [one.own_device for one in store.read(lambda unit: unit.sessions.of_person(person))] == [True, False]

    def test_a_session_is_there_until_it_is_revoked_and_using_it_is_noted(self, store: Transactions) -> None:
        person = log_in(store, "s")
        store.write(lambda unit: unit.sessions.touch("s", after(3)))
        kept = Session(id="s", person=person, created_at=after(0), used_at=after(3))
        assert store.read(lambda unit: unit.sessions.get("s")) == kept

        store.write(lambda unit: unit.sessions.revoke("s", after(4)))
        store.write(lambda unit: unit.sessions.touch("s", after(5)))
        assert live(store, "s", "never") == []

    def test_a_session_knows_when_its_password_was_given_again_until_it_is_revoked(self, store: Transactions) -> None:
        person = log_in(store, "s")
        store.write(lambda unit: unit.sessions.confirm("s", after(3)))
        store.write(lambda unit: unit.sessions.touch("s", after(4)))
        kept = Session(id="s", person=person, created_at=after(0), used_at=after(4), confirmed_at=after(3))
        assert store.read(lambda unit: unit.sessions.get("s")) == kept
        store.write(lambda unit: unit.sessions.revoke("s", after(5)))
        store.write(lambda unit: unit.sessions.confirm("s", after(6)))
        assert live(store, "s") == []

    def test_a_session_of_nobody_is_rejected(self, store: Transactions) -> None:
        session = Session(id="s", person=99, created_at=after(0), used_at=after(0))
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.sessions.add(session))

    def test_all_sessions_of_a_person_but_one_are_revoked(self, store: Transactions) -> None:
        person = log_in(store, "a", "b", "c")
        log_in(store, "x")

        store.write(lambda unit: unit.sessions.revoke_all(person, after(1), but="b"))
        assert live(store, "a", "b", "c", "x") == ["b", "x"]
        store.write(lambda unit: unit.sessions.revoke_all(person, after(1)))
        assert live(store, "a", "b", "c", "x") == ["x"]

    def test_sessions_not_used_since_are_forgotten_and_counted(self, store: Transactions) -> None:
        log_in(store, "a", "b", "c")
        store.write(lambda unit: unit.sessions.touch("b", after(5)))

        assert store.write(lambda unit: unit.sessions.forget(after(5))) == 2
        assert live(store, "a", "b", "c") == ["b"]

    def test_the_owner_of_a_session_is_known_also_after_its_end_until_it_is_forgotten(
        self, store: Transactions
    ) -> None:
        person = log_in(store, "a", "b")
        store.write(lambda unit: unit.sessions.revoke("a", after(1)))
        owners = store.read(lambda unit: [unit.sessions.owner(one) for one in ("a", "b", "unknown")])
        assert owners == [person, person, None]
        store.write(lambda unit: unit.sessions.forget(after(9)))
        assert store.read(lambda unit: unit.sessions.owner("a")) is None

    def test_failed_logins_are_counted_by_account_and_address_cleared_and_forgotten(self, store: Transactions) -> None:
        tries = [("rina", "1.1.1.1", 0), ("rina", "1.1.1.1", 2), ("sari", "1.1.1.1", 2), ("rina", "2.2.2.2", 2)]

        def work(unit: UnitOfWork) -> None:
            for account, address, minute in tries:
                unit.login_attempts.add(account, address, after(minute))

        store.write(work)

        def counts(since: float) -> tuple[int, int, int, int]:
            return store.read(
                lambda unit: (
                    unit.login_attempts.count("rina", "1.1.1.1", after(since)),
                    unit.login_attempts.count_address("1.1.1.1", after(since)),
                    unit.login_attempts.count("rina", "2.2.2.2", after(since)),
                    unit.login_attempts.count_account("rina", after(since)),
                )
            )

        assert counts(0) == (2, 3, 1, 3)
        assert counts(1) == (1, 2, 1, 2)
        store.write(lambda unit: unit.login_attempts.add("rina", "1.1.1.1", after(60)))
        store.write(lambda unit: unit.login_attempts.forget(after(2), after(59)))
        assert counts(0) == (1, 2, 1, 2)
        store.write(lambda unit: unit.login_attempts.clear("rina", "1.1.1.1"))
        assert counts(0) == (0, 1, 1, 1)

    def test_an_account_name_of_any_length_can_fail_to_log_in(self, store: Transactions) -> None:
        name = "r" * 100_000
        store.write(lambda unit: unit.login_attempts.add(name, "1.1.1.1", after(0)))

        assert store.read(lambda unit: unit.login_attempts.count(name, "1.1.1.1", after(0))) == 1

    def test_the_sessions_of_a_person_come_the_last_used_first_without_revoked_ones(self, store: Transactions) -> None:
        person = log_in(store, "a", "b", "c")
        log_in(store, "x")
        store.write(lambda unit: unit.sessions.touch("a", after(2)))
        store.write(lambda unit: unit.sessions.touch("c", after(1)))
        store.write(lambda unit: unit.sessions.revoke("b", after(1)))

        assert [session.id for session in store.read(lambda unit: unit.sessions.of_person(person))] == ["a", "c"]

    def test_a_link_is_used_once_and_a_persons_newer_one_takes_its_place(self, store: Transactions) -> None:
        people = [store.write(lambda unit, n=name: unit.people.add(a_person(n))).id for name in ("P", "Q")]  # type: ignore[misc]  # bound now
        links = [BindLink(id=name, person=people[0], made_by=people[1], expires_at=after(9)) for name in ("one", "two")]
        other = BindLink(id="other", person=people[1], made_by=people[1], expires_at=after(9))
        for link in (links[0], other, links[1]):
            store.write(lambda unit, link=link: unit.bind_links.put(link))  # type: ignore[misc]  # bound now

        assert store.read(lambda unit: unit.bind_links.get("one")) is None
        assert store.write(lambda unit: [unit.bind_links.use("two", after(1)) for _ in range(2)]) == [True, False]
        assert store.read(lambda unit: unit.bind_links.get("two")) == evolve(links[1], used_at=after(1))
        assert store.read(lambda unit: unit.bind_links.get("other")) == other
        assert not store.write(lambda unit: unit.bind_links.use("never", after(1)))
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.bind_links.put(evolve(other, id="z", person=99)))

    def test_a_job_claimed_before_the_clock_was_set_back_is_free(self, store: Transactions) -> None:
        schedule(store, "a", 0)
        assert claim(store, 60)
        assert claim(store, 1)
        assert claim(store, 1.5) is None
