"""What the documentation says is so: its examples run, its tables name what is there."""

import ast
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from sikpro.adapters.metrics.prometheus import PrometheusMeasures
from sikpro.application.conversation.commands.registry import COMMANDS
from sikpro.application.ports.network import Trouble
from sikpro.application.reports.open_tables import DAILY_COLUMNS, ORDER_COLUMNS
from sikpro.application.workers.bot_record import ABSENT
from sikpro.entrypoints.settings import PREFIX, setting_fields
from tests.unit.chat import Phone, World

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "sikpro"
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)


def table_after(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its header."""
    text = page.read_text("utf-8").split(f"{heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", text, re.M)
    assert rows, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[0].splitlines()[2:]]


def code_in(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("example", blocks(README, "python"), ids=["a script", "what is refused"])
def test_the_python_of_the_readme_runs_and_prints_what_its_comments_say(example: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)", example)


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "tutorials" / "bot.md"], ids=lambda page: page.name)
def test_the_chat_of_a_page_is_what_the_bot_says(page: Path) -> None:
    budi = Phone(World(), 1)
    said, heard = "", ""
    for line in [*"".join(blocks(page, "chat")).splitlines(), "> "]:
        if not line.startswith("> "):
            heard += line + "\n"
            continue
        if said:
            answer = budi.presses(said.strip("[]")) if said.startswith("[") else budi.says(said)
            labels = " ".join(f"[{label}]" for row in budi.last.buttons for label in (button.label for button in row))
            assert heard == answer + "\n" + (labels + "\n" if labels else "")
        said, heard = line.removeprefix("> "), ""


def test_the_site_leads_to_every_page() -> None:
    there = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    led_to = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M))
    assert {page for page in there - led_to if not page.startswith("adr/")} == set()
    assert led_to - there == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_something(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    missing = [one for one in targets if "://" not in one and not (page.parent / one.partition("#")[0]).exists()]
    assert not missing


def test_the_readme_lists_every_setting_with_its_default() -> None:
    told = {row[0].strip("`"): (row[1].strip("`"), row[2].strip("`")) for row in table_after(README, "### Settings")}
    known = {}
    for one in setting_fields():
        default = str(one.default).lower() if isinstance(one.default, bool) else str(one.default)
        known[one.name] = (PREFIX + one.name.upper(), default)
    assert told == known


def test_operations_explain_every_state_of_the_bot() -> None:
    tree = ast.parse((SOURCE / "application/workers/long_poll.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [call.args[0] for call in calls if call.args and ast.unparse(call.func) == "self._trouble"]
    said += [word.value for call in calls for word in call.keywords if word.arg == "trouble"]
    states = {node.value for node in said if isinstance(node, ast.Constant)} - {""}
    told = {row[0].strip("`") for row in table_after(OPERATIONS, "### The bot's states")}
    assert told == states | set(Trouble) | {ABSENT}


def test_operations_explain_every_metric_and_no_other() -> None:
    page = PrometheusMeasures("1.0", "sqlite").page().decode()
    known = set(re.findall(r"^# TYPE (sikpro_\w+) ", page, re.M))
    told = {name for row in table_after(OPERATIONS, "## Metrics") for name in code_in(row[0])} - {"process_…"}
    assert told == known


def test_operations_name_only_lines_that_the_log_can_have() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    section = OPERATIONS.read_text("utf-8").split("## Logs\n", 1)[1].split("\n## ", 1)[0]
    rows = section.split("| line | what to do |", 1)[1]
    lines = [one for row in re.findall(r"^\| (.+?) \| (?!---)", rows, re.M) for one in code_in(row)]
    assert len(lines) > 12
    assert [line for line in lines if f'"{line}' not in code] == []


def test_the_table_of_changes_names_files_that_are_there() -> None:
    named = [
        name
        for row in table_after(ARCHITECTURE, "## What a change may touch")
        for name in code_in(row[1])
        if "/" in name and "/x" not in name
    ]
    assert len(named) > 20
    assert [name for name in named if not (SOURCE / name).exists()] == []


def test_the_tree_of_the_architecture_names_what_is_there() -> None:
    tree = blocks(ARCHITECTURE, "")[0].splitlines()
    folders, missing = [SOURCE], []
    for line in tree[1 : tree.index(next(one for one in tree if one.startswith("tests/")))]:
        depth = (len(line) - len(line.lstrip())) // 2
        for name in takewhile(re.compile(r"\w+(?:/|\.pyi?)$").match, line.split()):
            path = folders[depth - 1] / name
            missing += [] if path.exists() else [path.relative_to(SOURCE).as_posix()]
            if name.endswith("/"):
                folders[depth:], depth = [path], depth + 1
    assert missing == []
    assert len(folders) > 1


def test_a_field_of_the_order_stands_where_the_table_of_changes_says() -> None:
    """`note` is a field like a new one would be: only the files of its row name it."""
    rows = {row[0]: row[1] for row in table_after(ARCHITECTURE, "## What a change may touch")}
    names = re.compile(r"""\b(?:data|row|parsed|order|_c)\.note\b|(?<!class=)["']note["']|\bnote=|\bnote: str""")
    known = {
        path.relative_to(SOURCE).as_posix()
        for path in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.js")]
        if not {"migrations", "testing"} & set(path.parts) and names.search(path.read_text("utf-8"))
    }
    own = {
        f"entrypoints/library/{name}.py" for name in ("__init__", "order_moves")
    }  # arguments, for whoever types them
    assert known == set(code_in(rows["a field of the order"])) | own


def test_a_command_is_a_module_and_a_line_of_the_registry() -> None:
    folder = SOURCE / "application" / "conversation" / "commands"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "command", "registry"}
    assert modules == set(COMMANDS)


def test_the_page_for_other_tools_has_every_column_with_its_meaning() -> None:
    page = ROOT / "docs" / "other-tools.md"
    told = {row[0].strip("`"): row[1] for row in table_after(page, "## v_orders: the orders")}
    assert told == {column.name: column.said for column in ORDER_COLUMNS}
    told = {row[0].strip("`"): row[1] for row in table_after(page, "## v_daily: sums by day, type and STO")}
    assert told == DAILY_COLUMNS
