"""Attack a demo whole, as each role and with each tool, and print what was done and found: `python -m tests.attack`."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.attack import tools
from tests.attack.fuzz import Fuzzer, unharmed
from tests.attack.target import Target, small_target, target_in_demo

OTHERS = ("leader", "supervisor", "admin")


@click.command()
@click.option("--minutes", default=12.0, help="How long it may last, without the start of the demo.")
@click.option("--small", is_flag=True, help="Attack a console over eight orders, which begins at once.")
def attack(minutes: float, small: bool) -> None:
    """Attack a demo of its own on 127.0.0.1; ends with 1 if anything was found."""
    if not tools.installed():
        raise SystemExit(tools.HOW_TO_GET_THEM)
    wrong: list[str] = []
    part = minutes * 60 / 12
    began = small_target if small else target_in_demo
    with TemporaryDirectory() as name, began(Path(name)) as target:
        print(f"a console with {target.orders()} orders on {target.address}", flush=True)
        before = target.orders()
        _become(target, "helpdesk")
        wrong += _fuzzed(target, part * 2)
        wrong += _told(tools.run_sqlmap(target, Path(name), part * 4, level=2, most=60))
        wrong += _told(tools.run_wapiti(target, Path(name), crawl=int(part), each=int(part * 2 / 14) or 1))
        # The others come later: an admin's forms may keep the helpdesk out.
        for role in OTHERS:
            _become(target, role)
            wrong += _fuzzed(target, part)
        wrong += unharmed(target, before)
    print("\n".join(f"FOUND: {one}" for one in wrong) or "nothing found")
    sys.exit(bool(wrong))


def _become(target: Target, role: str) -> None:
    target.username = role if role in target.passwords else "teamleader"
    target.log_in()
    target.pages.clear()
    target.forms.clear()
    target.look_around()


def _fuzzed(target: Target, seconds: float) -> list[str]:
    fuzzer = Fuzzer(target, time.monotonic() + seconds / 2)
    wrong: list[str] = []
    try:
        fuzzer.each_value()
        fuzzer.ends = time.monotonic() + seconds / 2
        fuzzer.run()
    except AssertionError as broken:
        wrong.append(f"as {target.username}: {broken}")
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(fuzzer.answers.items()))
    print(
        f"fuzzer as {target.username}: {len(target.pages)} pages, {len(target.forms)} forms, "
        f"{len(fuzzer.fields)} fields, {fuzzer.sent} requests ({answers}), {len(wrong)} findings",
        flush=True,
    )
    return wrong


def _told(report: tools.Report) -> list[str]:
    print(
        f"{report.tool}: {report.addresses} addresses, {len(report.tested)} tested, {len(report.findings)} findings, "
        f"{len(report.accepted)} accepted",
        flush=True,
    )
    for line in report.accepted:
        print(f"  accepted: {line}")
    if not report.tested or not report.addresses:
        return [f"{report.tool} tested nothing: {report.said}"]
    return [f"{report.tool}: {line}" for line in report.findings]


if __name__ == "__main__":
    attack()
