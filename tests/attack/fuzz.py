"""The fuzzer: odd values into every field of every form, and what must hold whatever is sent."""

import time
from collections import Counter
from urllib.parse import quote_from_bytes, urlsplit

import httpx
from attrs import define, field
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.attack.target import Form, Target

MARK = "x7q"
PRODUCT = str(7191 * 7193)
"""What a template would make of the values below."""

ODD = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e\u2066\u200b\ufeff",
    "\x1b[31m\x07\x7f\x85",
    "\r\nx-injected: 1\r\n\r\n<html>",
    "%0d%0ax-injected:%201",
    "' OR '1'='1' --",
    "'; DROP TABLE orders; --",
    '") UNION SELECT password_hash FROM people --',
    f"<{MARK} onload=alert(1)>",
    f'"><{MARK}>',
    f"'><svg/{MARK}>",
    f"</textarea><{MARK}>",
    f"</script><{MARK}>",
    "javascript:alert(1)",
    "{{7191*7193}}${7191*7193}<%=7191*7193%>#{7191*7193}{%print(7191*7193)%}",
    "{0.__class__.__init__.__globals__}",
    "%s%n%x%d",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd\x00.png",
    "file:///etc/passwd",
    "//evil.example/",
    "=1+1",
    "+cmd|'/c calc'!A1",
    "＝HYPERLINK(1)",
    "@SUM(1)",
    "\t-2+3",
    "-1",
    "0",
    "1e999",
    "NaN",
    "Infinity",
    "9" * 19,
    "9" * 400,
    "9223372036854775808",
    "-9223372036854775809",
    "٣٤",
    "²",
    "０１",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "24:61",
    "2026-11",
    "ı İ ß ﬀ",
    "é" * 5000,
    "A" * 70_000,
    "[]",
    '{"a": {"b": [1]}}',
    "true",
    "null",
    "on",
    "mine",
)

_VALUES = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=60),
    st.integers(-(10**30), 10**30).map(str),
    st.dates().map(str),
    st.tuples(st.sampled_from(ODD), st.sampled_from(ODD)).map("".join),
)
_IDS = st.sampled_from(
    ("0", "-1", "1", "999999", "9223372036854775807", "9223372036854775808", "9" * 60, "x", "%00", "..", "1%2e")
)
_TYPES = st.sampled_from(("form",) * 8 + ("multipart", "json", "text", "broken"))


class Broken(AssertionError):
    """A rule does not hold."""


@define
class Fuzzer:
    """Attacks a target's forms, and counts; `answers` by status."""

    target: Target
    ends: float
    answers: Counter[int] = field(factory=Counter[int])
    fields: set[tuple[str, str, str]] = field(factory=set[tuple[str, str, str]])
    sent: int = 0

    def run(self, at_once: int = 40) -> None:
        """Send forms until the time is over. Raises `Broken` with the smallest form that broke a rule."""

        @settings(
            max_examples=at_once,
            deadline=None,
            database=None,
            derandomize=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def attack(data: st.DataObject) -> None:
            self.once(data)

        while time.monotonic() < self.ends:
            attack()
        self.still_in()

    def each_value(self) -> None:
        """Send every odd value in every field of every form once, the other fields as the page has them."""
        for place, value in enumerate(ODD):
            for form in self.target.forms:
                if time.monotonic() >= self.ends:
                    return
                # Each field comes by turns, so that a short run has all values and all forms.
                names = [name for name, _ in form.fields if name != "csrf"]
                for name in names[place % len(names) :: 8] if names else ():
                    entries = [(known, value if known == name else kept) for known, kept in form.fields]
                    self.send(form, form.action, entries, "form")
        self.still_in()

    def once(self, data: st.DataObject) -> None:
        """Draw a form and what is sent in it."""
        form = data.draw(st.sampled_from(self.target.forms))
        entries: list[tuple[str, str]] = []
        for name, kept in form.fields:
            does = "keep" if name == "csrf" else data.draw(st.sampled_from(("keep", "odd", "odd", "missing", "twice")))
            if does in {"keep", "twice"}:
                entries.append((name, kept))
            if does in {"odd", "twice"}:
                entries.append((name, data.draw(_VALUES)))
        if data.draw(st.integers(0, 9)) == 0:
            entries.append((data.draw(_VALUES), data.draw(_VALUES)))
        action = form.action
        if data.draw(st.integers(0, 5)) == 0:
            other = data.draw(_IDS)
            action = "/".join(other if part.isdecimal() else part for part in action.split("/"))
        self.send(form, action, entries, data.draw(_TYPES))

    def send(self, form: Form, action: str, entries: list[tuple[str, str]], kind: str) -> None:
        """Send a form, and hold the rules against the answer."""
        self.sent += 1
        self.fields |= {(form.method, urlsplit(form.action).path, name) for name, _ in entries}
        coded = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in entries)
        try:
            if form.method == "GET":
                response = self.target.client.get(f"{action.partition('?')[0]}?{coded[:60_000]}")
            else:
                body, content_type = _body(coded, entries, kind)
                headers = {"content-type": content_type, "x-csrf-token": dict(form.fields).get("csrf", "")}
                response = self.target.client.post(action, content=body, headers=headers)
        except (httpx.TimeoutException, httpx.RemoteProtocolError) as error:
            raise Broken(f"{form.method} {action}: {error!r}; sent {entries!r:.2000}") from error
        self.answers[response.status_code] += 1
        if wrong := wrong_with(response):
            raise Broken(f"{form.method} {action}: {wrong}; sent {kind} {entries!r:.2000}")
        if self.sent % 50 == 0:
            self.still_in()

    def still_in(self) -> None:
        """The session is still there."""
        if self.target.client.get("/profile").status_code != 200:
            raise Broken("the session was lost")


def wrong_with(response: httpx.Response) -> str:
    """Which rule an answer breaks, "" if none."""
    if response.status_code >= 500:
        return f"answered {response.status_code}"
    if "x-injected" in response.headers:
        return "a value became a header"
    location = response.headers.get("location", "/")
    if response.is_redirect and not (location.startswith("/") and not location.startswith("//")):
        return f"led away to {location}"
    if "html" in response.headers.get("content-type", ""):
        text = response.text
        for told, sign in (
            ("a value stands unescaped", f"<{MARK}"),
            ("a value stands unescaped", f"<svg/{MARK}"),
            ("a value was evaluated", PRODUCT),
            ("a traceback", "Traceback (most recent"),
        ):
            if sign in text:
                return f"{told}: …{text[max(0, text.index(sign) - 60) : text.index(sign) + 80]}"
    return ""


def unharmed(target: Target, before: int) -> list[str]:
    """What is wrong after an attack: orders that are gone, a process that is not well, a failure in its log."""
    wrong = []
    if target.orders() < before:
        wrong.append(f"{before - target.orders()} orders are gone")
    health = target.client.get("/healthz")
    if health.status_code != 200:
        wrong.append(f"/healthz: {health.status_code} {health.text}")
    if target.client.get("/orders").status_code not in {200, 303}:
        wrong.append("/orders does not open")
    log = target.log.read_text(errors="replace")
    if "Traceback" in log:
        wrong.append(f"the log has a traceback: {log[log.index('Traceback') - 300 :][:3000]}")
    return wrong


def _quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def _body(coded: str, entries: list[tuple[str, str]], kind: str) -> tuple[bytes, str]:
    if kind == "json":
        return coded.encode(), "application/json"
    if kind == "text":
        return coded.encode(), "text/plain; charset=utf-7"
    if kind == "form":
        return coded.encode(), "application/x-www-form-urlencoded"
    parts = b"".join(
        b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (_quoted(name).encode(), value.encode("utf-8", "surrogatepass"))
        for name, value in entries
    )
    return parts + (b"--b--\r\n" if kind == "multipart" else b"--b\r\n"), "multipart/form-data; boundary=b"
