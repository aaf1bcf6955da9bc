"""Runs all looks of the doctor, prints each finding as it is made, and sums them up."""

from collections.abc import Callable, Iterator

import click

from sikpro.adapters.local.clock import SystemClock
from sikpro.application.i18n import Words, words_in
from sikpro.entrypoints.doctor.bucket import look_at_bucket
from sikpro.entrypoints.doctor.data import look_at_data
from sikpro.entrypoints.doctor.finding import Finding, Verdict
from sikpro.entrypoints.doctor.line import look_at_line
from sikpro.entrypoints.doctor.machine import look_at_machine
from sikpro.entrypoints.settings import Settings, WrongSettings


def examine(load: Callable[[], Settings], language: str) -> bool:
    """Print what is well and what is not, and return whether nothing is ill. Nothing is changed."""
    words = words_in(language, "UTC")
    counts = dict.fromkeys(Verdict, 0)
    for finding in _findings(load):
        counts[finding.verdict] += 1
        click.echo(finding.said(words))
    click.echo(_sum(counts, words))
    return counts[Verdict.ILL] == 0


def _findings(load: Callable[[], Settings]) -> Iterator[Finding]:
    try:
        settings = load()
    except WrongSettings as error:
        yield Finding.ill("settings", "wrong", str(error))
        return
    clock = SystemClock()
    yield from look_at_machine(settings, clock.now())
    yield from look_at_data(settings, clock.now())
    yield from look_at_bucket(settings)
    yield from look_at_line(settings, clock)


def _sum(counts: dict[Verdict, int], words: Words) -> str:
    if counts[Verdict.ILL]:
        return words("doctor.sum.ill", count=counts[Verdict.ILL])
    return (
        words("doctor.sum.caution", count=counts[Verdict.CAUTION])
        if counts[Verdict.CAUTION]
        else words("doctor.sum.ok")
    )
