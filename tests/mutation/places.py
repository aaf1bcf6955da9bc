"""Where faults are made, which tests have to notice them, and how many may pass unnoticed: the one place for both."""

import re
from pathlib import Path

from tests.mutation.faults import Table

ROOT = Path(__file__).parents[2]

PACKAGES = {"domain": "sikpro.domain", "use cases": "sikpro.application.use_cases"}
"""What is mutated, by the name that the report uses; packages below are included."""

TABLES = (
    Table(module="sikpro.domain.people", name="PERMISSIONS", function="Person.may"),
    Table(module="sikpro.domain.phase", name="RULES", column="leads_to", function="allowed"),
    Table(module="sikpro.domain.phase", name="RULES", column="stage", function="Phase.stage"),
)
"""The tables that are mutated entry by entry: a function's faults leave them alone."""

TESTS = ("src/sikpro/domain", "tests/unit/domain", "tests/unit/application", "tests/unit/conversation")
"""The tests that run against each fault, those in doctests included."""

LEFT_OUT = ("test_sentences", "test_sentences_are_filled")
"""Modules that read source and catalogues: they take long and say nothing about behaviour."""

MOST_TESTS = 150
"""How many tests a fault is tried by: of a function that everything calls, the others say nothing new.

A fault in a line that decides rights is tried by all.
"""

MOST_SURVIVORS = {"domain": 0.05, "use cases": 0.15}
"""The part of the faults that may pass unnoticed; of faults in a line that decides rights, none may."""

RIGHTS = re.compile(
    r"\b(may|must|may_\w+|must_\w+|owns|is_own|owned_order|is_for_admins|lets_in)\b(?!=)"
    r"|\b(person|by|self|technician|holder|sender|leader|helpdesk)\.active\b"
    r"|\b(NotPermitted|AdminDecides|KeptOut|PERMISSIONS|Permission)\b"
)
"""A line that decides rights holds one of these, or is in a function whose name does."""

SEED = 20_261_127
SAMPLE = {"rights": 80, "domain": 120, "use cases": 160}
"""How many faults `make audit` tries, of lines that decide rights and of each package: three minutes on two cores."""

KNOWN = Path(__file__).with_name("known.toml")
REPORT = ROOT / "docs" / "mutants.md"
