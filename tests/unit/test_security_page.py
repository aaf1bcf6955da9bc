"""What the page about security says is so: every requirement has its row, every named test is there."""

import re
from collections import Counter
from itertools import chain

from sikpro.domain.people import PERMISSIONS
from tests.unit.test_docs import ROOT, SOURCE, code_in, table_after

PAGE = ROOT / "docs" / "security.md"

LEVELS = """
1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123
2.1:122 2.2:112 2.3:12223 2.4:23
3.1:3 3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333
4.1:12233 4.2:23333 4.3:22 4.4:1222
5.1:2 5.2:112333 5.3:113 5.4:222
6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222
7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22
8.1:1233 8.2:1123 8.3:133 8.4:23
9.1:111 9.2:1222
10.1:22 10.2:223 10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222
11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33
12.1:12233 12.2:11 12.3:22223
13.1:2333 13.2:222223 13.3:2233 13.4:1222233
14.1:22 14.2:12223333 14.3:122
15.1:12233 15.2:12233 15.3:1222222 15.4:3333
16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223
17.1:23 17.2:22223333 17.3:22
"""
"""The level of each requirement of OWASP ASVS 5.0.0, by section: one digit each."""

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if re.match(r"\| V[0-9]", line)
]


def test_every_requirement_of_levels_1_and_2_has_one_row_with_a_state_and_a_reason() -> None:
    required = {
        f"V{section}.{number}"
        for section, levels in (entry.split(":") for entry in LEVELS.split())
        for number, level in enumerate(levels, 1)
        if level in "12"
    }
    assert len(required) == 253
    rows = Counter(chain.from_iterable(row[0].split(", ") for row in ROWS))
    assert rows == Counter(required)
    assert {row[1] for row in ROWS} == {"met", "operator", "open", "none"}
    assert all(row[2] for row in ROWS)


def test_every_test_that_the_page_names_is_there() -> None:
    there = set[str]()
    suites = (ROOT / "src" / "sikpro" / "testing" / "contracts").glob("*.py")
    for module in chain((ROOT / "tests").rglob("test_*.py"), suites):
        there.update(re.findall(r"def (test_\w+)\(", module.read_text("utf-8")))
    named = {name for row in ROWS for name in code_in(row[3])}
    assert len(named) > 50
    assert named <= there


def test_the_page_lists_the_rights_of_every_role() -> None:
    listed = {role: set(code_in(rights)) for role, rights in table_after(PAGE, "## Who may do what")}
    assert listed == {role.value: {right.value for right in rights} for role, rights in PERMISSIONS.items()}


def test_no_script_of_ours_makes_html_or_code_from_text() -> None:
    makes = re.compile(
        r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|addEventListener\(.message"
    )
    static = SOURCE / "adapters" / "web" / "static"
    scripts = [script for script in static.rglob("*.js") if "vendor" not in script.parts]
    assert len(scripts) > 10
    assert [script.name for script in scripts if makes.search(script.read_text("utf-8"))] == []
