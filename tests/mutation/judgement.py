"""Which faults are tried in a sample, which survivors are known, and whether too many survived."""

import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from attrs import frozen

from tests.mutation.faults import Fault
from tests.mutation.places import KNOWN, MOST_SURVIVORS, REPORT, RIGHTS, SAMPLE
from tests.mutation.trial import Fate, relative


@frozen
class Known:
    """A fault that no test has to notice: one that changes nothing (`equivalent`), or one that is accepted."""

    function: str
    before: str
    after: str
    reason: str

    def is_(self, function: str, before: str, after: str) -> bool:
        """Whether this is the fault."""
        pairs = ((function, self.function), (before, self.before), (after, self.after))
        return all(text == pattern or fnmatchcase(text, _literal(pattern)) for text, pattern in pairs)


def _literal(pattern: str) -> str:
    """Brackets and question marks stand for themselves."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def known_faults() -> tuple[Known, ...]:
    """What the file of known faults says."""
    rows = tomllib.loads(KNOWN.read_text()).get("known", [])
    return tuple(
        Known(row.get("function", "*"), row.get("before", "*"), row.get("after", "*"), row["reason"]) for row in rows
    )


def decides_rights(fault: Fault) -> bool:
    """Whether the fault is in a line that decides rights; what a refusal says does not."""
    named = RIGHTS.search(fault.text) or RIGHTS.search(fault.function)
    return named is not None and not fault.text.startswith(("def ", "raise ", '"""'))


def sample(faults: Mapping[str, Sequence[Fault]], seed: int) -> list[Fault]:
    """The seed's faults: so many of the lines that decide rights, so many of each package, in a mixed order."""
    chance = random.Random(seed)
    chosen: dict[Fault, None] = {}
    rights = [fault for many in faults.values() for fault in many if decides_rights(fault)]
    for name, many in (("rights", rights), *faults.items()):
        rest = [fault for fault in many if fault not in chosen]
        chosen |= dict.fromkeys(chance.sample(rest, min(SAMPLE[name], len(rest))))
    mixed = list(chosen)
    chance.shuffle(mixed)
    return mixed


@frozen(kw_only=True)
class Survivor:
    """A fault that no test noticed, and what it changes; `reason` is why it is known, "" when it is not."""

    fault: Fault
    fate: Fate
    before: str
    after: str
    reason: str

    @property
    def rights(self) -> bool:
        """Whether it is in a line that decides rights."""
        return decides_rights(self.fault)


@frozen(kw_only=True)
class Tally:
    """What became of a package's faults; equivalent and accepted ones are not counted as tried."""

    name: str
    tried: int
    killed: int
    survivors: tuple[Survivor, ...]

    @classmethod
    def of(cls, name: str, faults: Iterable[Fault], fates: Mapping[Fault, Fate]) -> "Tally":
        """Count a package's faults."""
        known = known_faults()
        own = {fault: fates[fault] for fault in faults if fault in fates and fates[fault] is not Fate.NO_FAULT}
        survivors: list[Survivor] = []
        for fault, fate in own.items():
            if fate is Fate.KILLED:
                continue
            before, after = fault.change()
            reason = next((one.reason for one in known if one.is_(fault.function, before, after)), "")
            survivors.append(Survivor(fault=fault, fate=fate, before=before, after=after, reason=reason))
        killed = sum(fate is Fate.KILLED for fate in own.values())
        return cls(name=name, tried=len(own), killed=killed, survivors=tuple(survivors))

    @property
    def unknown(self) -> tuple[Survivor, ...]:
        """The survivors without a reason."""
        return tuple(one for one in self.survivors if not one.reason)

    @property
    def part(self) -> float:
        """The part of the faults that survived without a reason."""
        counted = self.killed + len(self.unknown)
        return len(self.unknown) / counted if counted else 0.0


def judge(tallies: Sequence[Tally]) -> int:
    """Print what survived, and return 1 when it is too much."""
    status = 0
    for tally in tallies:
        for one in tally.unknown:
            mark = "RIGHTS " if one.rights else ""
            place = f"{relative(one.fault.module.path)}:{one.fault.line} {one.fault.function}"
            print(f"{mark}{one.fate}: {place}\n    - {one.before}\n    + {one.after}")
    for tally in tallies:
        most, rights = MOST_SURVIVORS[tally.name], sum(one.rights for one in tally.unknown)
        print(
            f"{tally.name}: {tally.tried} tried, {tally.killed} killed, {len(tally.unknown)} survived"
            f" ({tally.part:.1%}, at most {most:.0%}), {rights} of them in lines that decide rights (none may)"
        )
        if tally.part > most or rights:
            status = 1
    return status


def write_report(tallies: Sequence[Tally], only: str) -> None:
    """Write what became of the faults, the survivors by place and the known ones by reason; `only` narrowed them."""
    whole = "All faults were tried." if only == "*" else f"This run tried the places like `{only}` alone, not all."
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants`; do not edit. Each fault is one small change of a line in domain or use cases; the",
        "unit tests have to notice it. Known survivors, with their reasons, are in `tests/mutation/known.toml`.",
        "",
        whole,
        "",
        "| package | faults | killed | survived | known | survived, without the known |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for tally in (one for one in tallies if one.tried):
        known = len(tally.survivors) - len(tally.unknown)
        numbers = (tally.tried, tally.killed, len(tally.unknown), known)
        lines.append(f"| {tally.name} | {' | '.join(map(str, numbers))} | {tally.part:.1%} |")
    reasons = Counter(one.reason for tally in tallies for one in tally.survivors if one.reason)
    if reasons:
        lines += ["", "## Known survivors", "", *(f"- {count} × {reason}" for reason, count in reasons.most_common())]
    for tally in tallies:
        if tally.unknown:
            lines += ["", f"## Survivors in the {tally.name}", ""]
        for name, count in Counter(one.fault.place for one in tally.unknown).most_common():
            lines.append(f"- {count} × {name}")
    REPORT.write_text("\n".join(lines) + "\n")
