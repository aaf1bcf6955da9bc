"""sqlmap and wapiti, in an environment of their own (`requirements/attack.txt`), bounded; their reports are parsed."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from attrs import field, frozen

from tests.attack.target import Form, Target

ENVIRONMENT = Path(os.environ.get("ATTACK_VENV", ".venv-attack"))
HOW_TO_GET_THEM = "needs sqlmap and wapiti: make attack-tools"

MODULES = "sql,timesql,exec,file,xss,permanentxss,redirect,crlf,csrf,cookieflags,methods,backup,htaccess,upload,ldap"
"""Wapiti's modules that need no host outside this machine."""

ACCEPTED: dict[str, str] = {
    "LDAP Injection": "there is no LDAP: a search for these signs finds nothing, and another one finds orders",
    "Secure Flag cookie": "the console under attack is served by HTTP; with `secure_cookies` each cookie has it",
}
"""What wapiti names and we do not mend, by its words, and why."""


@frozen
class Report:
    """What a tool did and found: at how many addresses, what was tested, the findings, and what it said last."""

    tool: str
    tested: frozenset[str]
    addresses: int
    findings: tuple[str, ...]
    accepted: tuple[str, ...] = field(default=())
    said: str = ""


def installed() -> bool:
    """Whether the tools are there."""
    return all((ENVIRONMENT / "bin" / name).exists() for name in ("sqlmap", "wapiti"))


def run_sqlmap(target: Target, folder: Path, seconds: float, *, level: int, most: int) -> Report:
    """Let sqlmap try every parameter of so many requests: the forms and the links with a query that were found."""
    requests = folder / "requests.log"
    chosen = [form for form in target.forms if any(_is_tried(name) for name, _ in form.fields)][:most]
    requests.write_text("".join(_as_request(target, form) for form in chosen))
    command = [
        *("-l", str(requests), "--batch", "--flush-session", "--answers=quit=N,skip=Y,resend=N"),
        *("--level", str(level), "--risk", "1", "--technique", "BEU" if level == 1 else "BEUSTQ", "--threads", "4"),
        *("--timeout", "15", "--retries", "1", "--time-sec", "2", "--dbms", "sqlite", "--disable-coloring"),
        *("--param-exclude", "csrf|last_event|version", "--output-dir", str(folder / "sqlmap"), "-v", "1"),
        *("--skip-waf", "--ignore-code", "401,403,404,405,409,422,429", "--drop-set-cookie"),
    ]
    said = _run([str(ENVIRONMENT / "bin" / "sqlmap"), *command], folder / "sqlmap.log", seconds)
    return read_sqlmap(said)


def read_sqlmap(said: str) -> Report:
    """Read what sqlmap printed.

    >>> read_sqlmap("[INFO] testing for SQL injection on GET parameter 'q'").tested
    frozenset({"GET parameter 'q'"})
    >>> read_sqlmap("[INFO] POST parameter 'a' is 'AND boolean-based blind' injectable").findings
    ("POST parameter 'a' is 'AND boolean-based blind' injectable",)
    """
    tested = re.findall(r"testing for SQL injection on (\w+ parameter '[^']+')", said)
    found = re.findall(
        r"((?:\w+ )?parameter '[^']+' (?:is '[^']+' injectable|is vulnerable)|identified the following injection.*)",
        said,
    )
    addresses = set(re.findall(r"testing URL '([^']+)'", said))
    return Report(
        tool="sqlmap",
        tested=frozenset(tested),
        addresses=len(addresses),
        findings=tuple(dict.fromkeys(found)),
        said=said[-2000:],
    )


def run_wapiti(target: Target, folder: Path, crawl: int, each: int, modules: str = MODULES) -> Report:
    """Let wapiti crawl for so many seconds and attack with each module for so many."""
    report = folder / "wapiti.json"
    command = [
        *("-u", f"{target.address}/orders", "--scope", "domain", "-m", modules, "-f", "json", "-o", str(report)),
        *("-C", target.cookies, "-x", f"{target.address}/logout", "--skip", "csrf"),
        *("-x", f"{target.address}/profile/sessions/*", "-x", f"{target.address}/simulator*"),
        *("-x", f"{target.address}/static/*", "-x", f"{target.address}/live"),
        *("--max-scan-time", str(crawl), "--max-attack-time", str(each), "--max-links-per-page", "40"),
        *("--max-files-per-dir", "12", "--flush-session", "--no-bugreport", "-v", "1", "-t", "15", "-l", "2"),
        *("--store-session", str(folder / "wapiti-session"), "--store-config", str(folder / "wapiti-config")),
        *("-dr", "1"),
    ]
    # A module ends only between two requests, and the report comes last.
    patience = crawl + (each + 20) * (modules.count(",") + 1) + 60
    said = _run([str(ENVIRONMENT / "bin" / "wapiti"), *command], folder / "wapiti.log", patience)
    if not report.exists():
        return Report("wapiti", frozenset(), 0, (), said=f"no report: {said[-2000:]}")
    return read_wapiti(json.loads(report.read_text()), said)


def read_wapiti(report: Mapping[str, Any], said: str = "") -> Report:
    """Read wapiti's report."""
    infos = report.get("infos", {})
    findings: list[str] = []
    accepted: list[str] = []
    for part in ("vulnerabilities", "anomalies"):
        for kind, entries in report.get(part, {}).items():
            for entry in entries:
                line = f"{kind}: {entry['method']} {entry['path']} {entry['parameter'] or ''}: {entry['info']}"
                (accepted if kind in ACCEPTED else findings).append(line)
    pages = int(str(infos.get("crawled_pages_nbr", 0)))
    launched = re.findall(r"Launching module (\w+)", said)
    return Report("wapiti", frozenset(launched), pages, tuple(findings), tuple(accepted), said[-2000:])


def _is_tried(name: str) -> bool:
    return name not in {"csrf", "last_event", "version"}


def _as_request(target: Target, form: Form) -> str:
    """Return a form as one entry of a proxy's log, which is what sqlmap reads."""
    host = urlsplit(target.address).netloc
    fields = urlencode({name: value or "1" for name, value in form.fields})
    path = urlsplit(form.action).path
    if form.method == "GET":
        request = f"GET {path}?{fields} HTTP/1.1\nHost: {host}\nCookie: {target.cookies}\n"
    else:
        request = (
            f"POST {path} HTTP/1.1\nHost: {host}\nCookie: {target.cookies}\n"
            f"Content-Type: application/x-www-form-urlencoded\nContent-Length: {len(fields)}\n\n{fields}"
        )
    line = "=" * 54
    return f"{line}\n12:00:00 PM  {target.address}  [127.0.0.1]\n{line}\n{request}\n{line}\n\n\n\n"


def _run(command: Sequence[str], log: Path, seconds: float) -> str:
    """Run a tool for so many seconds at most, and return what it printed; its own children end with it."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"HOME": str(log.parent), "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    return log.read_text(errors="replace")
