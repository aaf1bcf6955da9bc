"""The command `verify`: whether facts, seals and working rows agree, and the statement about an order; only reads."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.seals.statement import in_words, line_in_words, moment, statements_about
from sikpro.application.use_cases.seals.verify_facts import Verified, verify_facts
from sikpro.domain.errors import NotFound
from sikpro.domain.seals import SHORTEST, FactKind, Fault, LedgerFact
from sikpro.entrypoints.archive import archives_at
from sikpro.entrypoints.reading import reading
from sikpro.entrypoints.settings import Settings, WrongSettings


def verify_database(settings: Settings, kept: str, number: str, language: str, archives: Sequence[Path] = ()) -> bool:
    """Verify the database and print what was found; return whether everything agrees. It may be a read-only copy.

    Facts about archived orders are compared with what the archives have. Raises `WrongSettings`, `StorageError`,
    `BackupFailed`.
    """
    kept = kept.strip().lower().rstrip("….")
    if kept and (len(kept) < SHORTEST or not set(kept) <= set("0123456789abcdef")):
        raise WrongSettings(f"seal: the code of a seal has digits and the letters a to f, at least {SHORTEST}")
    words = words_in(language, settings.zone)
    with reading(settings) as transactions, archives_at(archives) as opened:
        return _read_all((*opened, transactions), (), lambda units: _verify(units[-1], kept, number, words, units[:-1]))


def _read_all(
    opened: Sequence[Transactions], units: tuple[UnitOfWork, ...], work: Callable[[tuple[UnitOfWork, ...]], bool]
) -> bool:
    """Do the work with a read of each database."""
    if not opened:
        return work(units)
    return opened[0].read(lambda unit: _read_all(opened[1:], (*units, unit), work))


def _verify(uow: UnitOfWork, kept: str, number: str, words: Words, archives: Sequence[UnitOfWork]) -> bool:
    verified = verify_facts(uow, lambda fault: click.echo(fault_in_words(uow, fault, words)), kept, archives)
    for line in _summary(verified, words):
        click.echo(line)
    known = not number or _print_statement(uow, number, words)
    return known and not verified.faults


def _summary(verified: Verified, words: Words) -> list[str]:
    counts = {name: words.number(getattr(verified, name)) for name in ("facts", "seals", "waiting")}
    lines = [words("verify.summary", **counts)]
    lines.append(words("verify.since", at=moment(words, verified.since)) if verified.since else words("verify.nothing"))
    if last := verified.last:
        lines.append(words("verify.last", number=last.number, hash=last.hash, at=moment(words, last.made_at)))
    if seal := verified.kept:
        lines.append(words("verify.kept", number=seal.number, at=moment(words, seal.made_at)))
    if verified.archived:
        lines.append(words("verify.archived", count=verified.archived))
    if verified.blind:
        lines.append(words("verify.blind", count=verified.blind))
    good = words("verify.rest_good" if verified.blind or verified.archived else "verify.good")
    lines.append(words("verify.bad", count=verified.faults) if verified.faults else good)
    return lines


def _print_statement(uow: UnitOfWork, number: str, words: Words) -> bool:
    click.echo("")
    try:
        statements = statements_about(uow, number)
    except NotFound:
        click.echo(words("verify.no_order", number=number))
        return False
    for statement in statements:
        click.echo(in_words(uow, statement, words))
        for line in statement.lines:
            seal = words("statement.no_seal") if line.seal is None else str(line.seal)
            said = f"{moment(words, line.fact.at)}  {line_in_words(uow, line.fact, words)}  [{seal}]"
            click.echo(said if line.intact else f"{said}  {words('statement.broken')}")
    for one in dict.fromkeys(seal for statement in statements for seal in statement.seals):
        click.echo(words("statement.by_seal", number=one.number, hash=one.hash, at=moment(words, one.made_at)))
    click.echo(words("statement.made", at=moment(words, SystemClock().now())))
    return True


def fault_in_words(uow: UnitOfWork, fault: Fault, words: Words) -> str:
    """Return a fault as one line."""
    return words(
        f"verify.{fault.kind}",
        seal=fault.seal,
        fact=fault.fact_id,
        row=fault.row,
        what=_what(uow, fault.fact, words) if fault.fact else "",
        fields=", ".join(words(f"verify.field.{name}") for name in fault.fields),
    )


def _what(uow: UnitOfWork, fact: LedgerFact, words: Words) -> str:
    if fact.kind is FactKind.UNREADABLE:
        return words("verify.unreadable")
    parts = [fact.number, moment(words, fact.at), line_in_words(uow, fact, words)]
    return ", ".join(part for part in parts if part)
