"""What the doctor found about one thing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from attrs import field, frozen

from sikpro.application.i18n import Words
from sikpro.domain.text import one_line


class Verdict(StrEnum):
    """How it is."""

    OK = "ok"
    CAUTION = "!"
    ILL = "X"
    UNKNOWN = "?"


@frozen
class Finding:
    """One line: `about` names the thing, `code` the state; sentences are `doctor.<about>.<code>` and `doctor.do.…`.

    `exact` is what a program said, word for word.
    """

    verdict: Verdict
    about: str
    code: str
    facts: Mapping[str, object] = field(factory=dict[str, object])
    exact: str = ""

    @classmethod
    def ok(cls, about: str, code: str = "ok", **facts: object) -> Self:
        """Return a finding that all is well."""
        return cls(Verdict.OK, about, code, facts)

    @classmethod
    def caution(cls, about: str, code: str, exact: str = "", **facts: object) -> Self:
        """Return a finding of what works but should be looked at."""
        return cls(Verdict.CAUTION, about, code, facts, exact)

    @classmethod
    def ill(cls, about: str, code: str, exact: str = "", **facts: object) -> Self:
        """Return a finding of what does not work, or will not."""
        return cls(Verdict.ILL, about, code, facts, exact)

    @classmethod
    def unknown(cls, about: str, code: str, exact: str = "", **facts: object) -> Self:
        """Return a finding that could not be made."""
        return cls(Verdict.UNKNOWN, about, code, facts, exact)

    def said(self, words: Words) -> str:
        """Return the line, and a second one with what to do where that is known."""
        state = words(f"doctor.{self.about}.{self.code}", **self.facts)
        line = f"[{self.verdict:^2}] {words(f'doctor.{self.about}')}: {state}"
        if self.exact:
            line += f" ({one_line(self.exact)})"
        remedy = f"doctor.do.{self.about}.{self.code}"
        return f"{line}\n     → {words(remedy, **self.facts)}" if words.knows(remedy) else line
