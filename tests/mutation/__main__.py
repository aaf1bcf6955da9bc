"""Try faults: all of them (`make mutants`), or the sample of `make audit` (`--sample`)."""

import os
import sys
from argparse import ArgumentParser
from fnmatch import fnmatchcase

# Before pytest loads tests/conftest.py: few examples, always the same ones, and none is looked for twice.
os.environ["SIKPRO_TESTS_PROFILE"] = "mutants"

from tests.mutation.faults import Fault, Module, module_names, path_of
from tests.mutation.judgement import Tally, decides_rights, judge, sample, write_report
from tests.mutation.places import PACKAGES, SEED, TABLES
from tests.mutation.trial import Trial


def main() -> int:
    """Try the faults, print what survived and say by the exit status whether that is too much."""
    options = ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    options.add_argument("--sample", action="store_true", help="try the sample and judge it")
    options.add_argument("--seed", type=int, default=SEED, help="draw another sample than the one that is judged")
    options.add_argument("--only", default="*", metavar="PATTERN", help="modules or functions: '*order.py*'")
    options.add_argument("--report", action="store_true", help="write the report")
    given = options.parse_args()
    names = {name: module_names(package) for name, package in PACKAGES.items()}
    chosen: dict[str, list[Fault]] = {}

    def choose() -> list[Fault]:
        for name, modules in names.items():
            found = [fault for module in modules for fault in faults_of(module)]
            chosen[name] = [fault for fault in found if fnmatchcase(fault.place, f"*{given.only}*")]
        return sample(chosen, given.seed) if given.sample else [fault for many in chosen.values() for fault in many]

    files = frozenset(str(path_of(module)) for modules in names.values() for module in modules)
    trial = Trial(files, choose, decides_rights, lambda text: print(text, file=sys.stderr, flush=True))
    trial.run()
    if trial.trouble:
        print(trial.trouble, file=sys.stderr)
        return 2
    tallies = [Tally.of(name, faults, trial.fates) for name, faults in chosen.items()]
    if given.report:
        write_report(tallies, given.only)
    return judge(tallies)


def faults_of(name: str) -> list[Fault]:
    """A module's faults, those of its tables included."""
    module = Module.read(name)
    tables = [fault for table in TABLES if table.module == name for fault in module.table_faults(table)]
    return [*module.faults(), *tables]


if __name__ == "__main__":
    raise SystemExit(main())
