"""Seeds that once found something, kept for ever as tests: `kept_seeds.toml`."""

import tomllib
from datetime import date
from pathlib import Path

from attrs import frozen

from tests.simulation.plan import FIRST_DAY, Plan, make_plan

FILE = Path(__file__).parent / "kept_seeds.toml"


@frozen(kw_only=True)
class Kept:
    """A seed, what it found, and the events that are enough for it; () for all of its hours."""

    found: str
    seed: int
    hours: float
    start: date = FIRST_DAY
    witel: bool = False
    only: tuple[int, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan to run."""
        plan = make_plan(self.seed, self.hours, self.start, witel=self.witel)
        return plan.only(self.only) if self.only else plan


def kept_seeds() -> tuple[Kept, ...]:
    """Return all of them."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(Kept(**{**one, "only": tuple(one.get("only", ()))}) for one in read["kept"])


def entry(plan: Plan, found: str, whole: Plan) -> str:
    """Return what to add to the file."""
    only = "" if plan.numbers == whole.numbers else f"only = {list(plan.numbers)}\n"
    start = "" if plan.start == FIRST_DAY else f"start = {plan.start}\n"
    start += "witel = true\n" if plan.witel else ""
    return f'[[kept]]\nfound = "{found}"\nseed = {plan.seed}\nhours = {plan.hours:g}\n{start}{only}'


def command(plan: Plan) -> str:
    """Return the command that runs a plan again."""
    whole = make_plan(plan.seed, plan.hours, plan.start, witel=plan.witel)
    only = "" if plan.numbers == whole.numbers else f" --only {','.join(map(str, plan.numbers))}"
    start = "" if plan.start == FIRST_DAY else f" --from {plan.start}"
    whole_witel = " --witel" if plan.witel else ""
    return f"python -m tests.simulation --seed {plan.seed} --hours {plan.hours:g}{start}{whole_witel}{only}"
