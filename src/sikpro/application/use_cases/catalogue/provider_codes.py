"""The meanings of the provider's statuses, by the catalogue of its codes, and what people teach it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import ROW_NAME_LIMIT
from sikpro.domain.catalogue import Meaning, ProviderCode
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line, plain

_WORDS = re.compile(r"[A-Z0-9]+")
_FINISHED = frozenset({"PS", "COMPLETE", "COMPLETED", "SELESAI", "CLOSE", "CLOSED", "DONE", "PUTSALES"})
_LEFT_OUT = ("CANCEL", "BATAL", "REVOKE", "UNSC", "DITOLAK", "REJECT", "DECLINE", "DOUBLE", "CABUT", "DITEMUKAN")
_NOT_YET = frozenset({"BELUM", "BLM", "NOT", "TIDAK", "MENUNGGU", "WAITING", "GAGAL", "FAILED"})
"""With one of these words, nothing is finished."""


def code_spelled(uow: UnitOfWork, text: str) -> str:
    """Return a code as the catalogue has it: its words in upper case. Raises `InvalidValue`."""
    words = _words(text)
    code = " ".join(words)
    if not words or len(code) > ROW_NAME_LIMIT:
        raise InvalidValue("name.length", one_line(text))
    known = (row.code for row in uow.catalogue.provider_codes() if _bare(row.code) == "".join(words))
    return next(known, code)


def guess_meaning(status: str, codes: Iterable[ProviderCode]) -> Meaning:
    """Guess the meaning of a provider's status: a code of the catalogue, else the codes among its words, else words.

    What is left out counts before what is finished: nothing is completed by a doubtful word.

    >>> codes = [ProviderCode(code="COMPWORK", meaning=Meaning.FINISHED)]
    >>> [guess_meaning(text, codes).value for text in ("WFM | COMPWORK", "7 | OSS - PONR", "CANCEL COMPLETED")]
    ['finished', 'open', 'left_out']
    """
    meanings = {_bare(row.code): row.meaning for row in codes if row.active}
    words = _words(status)
    whole = meanings.get("".join(words))
    if whole:
        return whole
    found = set(_parts(words, meanings))
    if Meaning.LEFT_OUT in found:
        return Meaning.LEFT_OUT
    return Meaning.FINISHED if Meaning.FINISHED in found and not _NOT_YET & set(words) else Meaning.OPEN


def remember_meanings(uow: UnitOfWork, chosen: Mapping[str, Meaning], by: Person, now: datetime) -> None:
    """Save the meanings that a person chose against the guess, for the next file.

    A status that the catalogue lacks is added. A known code changes only by who may edit the catalogue. Raises
    `NotPermitted`.
    """
    by.must(Permission.LEAD)
    for status, meaning in chosen.items():
        codes = uow.catalogue.provider_codes()
        if guess_meaning(status, codes) is meaning or not _words(status):
            continue
        try:
            code = code_spelled(uow, status)
        except InvalidValue:
            continue  # too long for a code: it counts for this file
        known = next((row for row in codes if row.code == code), None)
        if known and not by.may(Permission.ADMINISTER):
            continue
        row = evolve(known, meaning=meaning, active=True) if known else ProviderCode(code=code, meaning=meaning)
        uow.catalogue.put_provider_code(row)
        uow.journal.note("catalogue_edited", f"{type(row).__name__}:{row.code}", by.id, now, {"row": repr(row)})


def _parts(words: Sequence[str], meanings: Mapping[str, Meaning]) -> Iterable[Meaning]:
    """Yield the meaning of each longest run of words that is a code, and of each other word that says one."""
    place = 0
    while place < len(words):
        ends = range(len(words), place, -1)
        end = next((end for end in ends if "".join(words[place:end]) in meanings), 0)
        if end:
            yield meanings["".join(words[place:end])]
        elif words[place].startswith(_LEFT_OUT):
            yield Meaning.LEFT_OUT
        elif words[place] in _FINISHED:
            yield Meaning.FINISHED
        place = end or place + 1


def _words(text: str) -> list[str]:
    return _WORDS.findall(plain(text).upper())


def _bare(code: str) -> str:
    return "".join(_words(code))
