"""What personal tokens and kept answers promise."""

from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.storage import StorageBusy, StorageRejected, Transactions, UnitOfWork
from sikpro.application.ports.tokens import PersonalToken, Scope
from sikpro.testing.builders import a_person, after
from sikpro.testing.contracts.base import StoreSuite


def somebody(store: Transactions, name: str = "Rina") -> int:
    return store.write(lambda unit: unit.people.add(a_person(name))).id


def a_token(person: int, token_hash: str = "aa", **more: Any) -> PersonalToken:
    given: dict[str, Any] = {
        "name": "laporan",
        "scope": Scope.READ,
        "made_at": after(0),
        "expires_at": after(60),
    } | more
    return PersonalToken(token_hash=token_hash, person=person, **given)


def add(store: Transactions, token: PersonalToken) -> PersonalToken:
    return store.write(lambda unit: unit.tokens.add(token))


def by_hash(store: Transactions, token_hash: str) -> PersonalToken | None:
    return store.read(lambda unit: unit.tokens.by_hash(token_hash))


def an_answer(request: str = "r", minutes: float = 0, **more: Any) -> KeptAnswer:
    return KeptAnswer(request=request, status=201, at=after(minutes), **more)


def keep(store: Transactions, person: int, key: str, answer: KeptAnswer) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.kept_answers.begin(person, key, answer.request, answer.at)
        unit.kept_answers.keep(person, key, answer)

    store.write(work)


class TokensContract(StoreSuite):
    """What personal tokens and kept answers promise."""

    def test_a_token_is_found_by_its_hash_and_its_last_use_is_kept(self, store: Transactions) -> None:
        token = add(store, a_token(somebody(store), scope=Scope.WRITE))
        assert by_hash(store, "aa") == token
        assert by_hash(store, "bb") is None
        store.write(lambda unit: unit.tokens.touch(token.id, after(5)))
        assert by_hash(store, "aa") == evolve(token, used_at=after(5))

    def test_a_token_of_nobody_and_a_second_with_the_same_hash_are_rejected(self, store: Transactions) -> None:
        person = somebody(store)
        add(store, a_token(person))
        for token in (a_token(person + 1, "bb"), a_token(person)):
            with pytest.raises(StorageRejected):
                add(store, token)

    def test_a_person_has_what_was_not_ended_newest_first_and_it_ends_once(self, store: Transactions) -> None:
        rina, sari = somebody(store), somebody(store, "Sari")
        first, second, _ = (
            add(store, a_token(person, name)) for person, name in ((rina, "a"), (rina, "b"), (sari, "c"))
        )
        assert store.read(lambda unit: unit.tokens.of_person(rina)) == (second, first)

        def end(unit: UnitOfWork) -> None:
            for at in (after(1), after(2)):
                unit.tokens.end(first.id, at)
            unit.tokens.end(99, after(1))

        store.write(end)
        assert by_hash(store, "a") == evolve(first, ended_at=after(1))
        assert store.read(lambda unit: unit.tokens.of_person(rina)) == (second,)

    def test_all_of_a_person_end_together_and_those_of_others_stay(self, store: Transactions) -> None:
        rina, sari = somebody(store), somebody(store, "Sari")
        for person, name in ((rina, "a"), (rina, "b"), (sari, "c")):
            add(store, a_token(person, name))
        assert store.write(lambda unit: [unit.tokens.end_all(rina, after(1)) for _ in range(2)]) == [2, 0]
        assert store.read(lambda unit: unit.tokens.of_person(rina)) == ()
        assert [one.token_hash for one in store.read(lambda unit: unit.tokens.of_person(sari))] == ["c"]

    def test_what_was_over_before_a_time_is_forgotten(self, store: Transactions) -> None:
        person = somebody(store)
        add(store, a_token(person, "over", expires_at=after(9)))
        add(store, a_token(person, "stays", expires_at=after(10)))
        ended = add(store, a_token(person, "ended"))
        store.write(lambda unit: unit.tokens.end(ended.id, after(1)))
        assert store.write(lambda unit: unit.tokens.forget(after(10))) == 2
        assert [one for one in ("over", "stays", "ended") if by_hash(store, one)] == ["stays"]

    def test_an_answer_is_kept_by_person_and_key(self, store: Transactions) -> None:
        rina, sari = somebody(store), somebody(store, "Sari")
        answer = an_answer(headers={"etag": '"1"'}, body='{"id": 1, "note": "é"}')
        keep(store, rina, "k", answer)
        assert store.read(lambda unit: unit.kept_answers.find(rina, "k")) == answer
        assert store.read(lambda unit: unit.kept_answers.find(sari, "k")) is None
        assert store.read(lambda unit: unit.kept_answers.find(rina, "K")) is None

    def test_a_key_is_taken_once_and_whoever_is_slower_finds_the_first_answer(self, store: Transactions) -> None:
        person = somebody(store)
        keep(store, person, "k", an_answer())
        tries: list[bool] = []

        def again(unit: UnitOfWork) -> KeptAnswer | None:
            tries.append(True)
            if len(tries) == 1:
                unit.kept_answers.begin(person, "k", "other", after(1))
            return unit.kept_answers.find(person, "k")

        assert store.write(again) == an_answer()
        assert len(tries) == 2
        with pytest.raises(StorageBusy):
            keep(store, person, "k", an_answer("other"))

    def test_a_key_that_was_taken_for_nothing_is_free_again(self, store: Transactions) -> None:
        person = somebody(store)

        def refused(unit: UnitOfWork) -> None:
            unit.kept_answers.begin(person, "k", "r", after(0))
            raise LookupError

        with pytest.raises(LookupError):
            store.write(refused)
        assert store.read(lambda unit: unit.kept_answers.find(person, "k")) is None
        keep(store, person, "k", an_answer("another"))

    def test_an_answer_to_nobody_is_rejected(self, store: Transactions) -> None:
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.kept_answers.begin(99, "k", "r", after(0)))

    def test_old_answers_are_forgotten(self, store: Transactions) -> None:
        person = somebody(store)
        keep(store, person, "old", an_answer())
        keep(store, person, "new", an_answer("r", 1))
        assert store.write(lambda unit: unit.kept_answers.forget(after(1))) == 1
        assert store.read(lambda unit: [unit.kept_answers.find(person, key) for key in ("old", "new")]) == [
            None,
            an_answer("r", 1),
        ]

    def test_a_person_who_goes_takes_tokens_and_answers_along(self, store: Transactions) -> None:
        person = store.write(lambda unit: unit.people.add(a_person()))
        add(store, a_token(person.id))
        keep(store, person.id, "k", an_answer())
        store.write(lambda unit: unit.people.drop(person))
        assert by_hash(store, "aa") is None
        assert store.read(lambda unit: unit.kept_answers.find(person.id, "k")) is None
