"""The visitor of one request, with language, theme and cookies."""

import json
from collections.abc import Mapping
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any
from urllib.parse import quote, unquote

from attrs import define, field
from litestar.connection import ASGIConnection

from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import csrf_token, masked, network_of, new_token, well_formed
from sikpro.application.i18n import LANGUAGES, Words, words_in
from sikpro.domain.people import Permission, Person

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


@define
class Visit:
    """The visitor of a request; `person` is None without a login.

    `secret` is the session's token, or an anonymous visitor's own. `expired` means that the request had a session that
    is no longer valid. The response sends the added `cookies`. `confirmed`: the password was given lately in the
    session. `steps_missing`: the installation wants a second step of this person, who has none.
    """

    parts: WebParts
    received: Mapping[str, str]
    address: str
    person: Person | None = None
    session: str = ""
    secret: str = ""
    expired: bool = False
    confirmed: bool = False
    steps_missing: bool = False
    cookies: list[str] = field(factory=list)
    _token: tuple[str, str] = field(default=("", ""), init=False, repr=False)

    @property
    def language(self) -> str:
        """Return `id` or `en`: the person's language, else the cookie's."""
        chosen = self.person.language if self.person else self.cookie("language")
        return chosen if chosen in LANGUAGES else "id"

    @property
    def words(self) -> Words:
        """Return the words of the visitor's language, in the installation's time zone."""
        return words_in(self.language, self.parts.zone)

    @property
    def theme(self) -> str:
        """Return the chosen theme, `light` or `dark`, or "" for the system's."""
        chosen = self.cookie("theme")
        return chosen if chosen in THEMES else ""

    @property
    def asks_again(self) -> bool:
        """Return whether a change of passwords, roles or second steps needs the visitor's password again."""
        return self.person is not None and not self.confirmed

    def may(self, permission: Permission | str) -> bool:
        """Return whether the visitor's role has the permission."""
        return self.person is not None and self.person.may(Permission(permission))

    def csrf(self) -> str:
        """Return the token for this visitor's forms; an anonymous visitor gets a secret for it."""
        if not self.secret:
            self.secret = new_token()
            self.set_cookie("visitor", self.secret)
        if self._token[0] != self.secret:
            self._token = self.secret, masked(csrf_token(self.secret))
        return self._token[1]

    def cookie(self, name: str) -> str:
        """Return a received cookie, "" if there is none."""
        return self.received.get(self._named(name), "")

    def set_cookie(self, name: str, value: str, max_age: int | None = None) -> None:
        """Set a cookie: HttpOnly, SameSite=Lax, for the whole site; without `max_age` it ends with the browser."""
        morsel: Morsel[str] = Morsel()
        morsel.set(self._named(name), value, value)
        # `Morsel` accepts True for the flags, although its type asks for text.
        attributes: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax", "max-age": max_age}
        attributes["secure"] = self.parts.secure_cookies
        for attribute, content in attributes.items():
            if content is not None and content is not False:
                morsel[attribute] = content
        self.cookies.append(morsel.OutputString())

    def drop_cookie(self, name: str) -> None:
        """Delete a cookie in the browser."""
        self.set_cookie(name, "", max_age=0)

    def toast(self, code: str, /, **params: str) -> None:
        """Show the sentence `toast.<code>` with its parameters on the next page."""
        self.set_cookie("toast", quote(json.dumps([code, params]), safe=""), max_age=60)

    @property
    def toast_tone(self) -> str:
        """Return the tone of the sentence on this page: `bad` for a refusal, else `good`."""
        return "bad" if unquote(self.cookie("toast")).startswith('["refused"') else "good"

    def take_toast(self) -> str:
        """Return the sentence to show on this page, once; "" for none."""
        if not self.cookie("toast"):
            return ""
        self.drop_cookie("toast")
        try:
            code, params = json.loads(unquote(self.cookie("toast")))
            return self.words(f"toast.{code}", **{str(name): str(value) for name, value in params.items()})
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return ""

    def sent(self, draft: str) -> None:
        """Let the next page report to the browser that the draft with this name was sent."""
        self.set_cookie("sent", ".".join([*self._received_sent(), draft][-9:]))

    def take_sent(self) -> str:
        """Return the names of the drafts sent since the last page, separated by spaces."""
        names = self._received_sent()
        if names:
            self.drop_cookie("sent")
        return " ".join(names)

    def _received_sent(self) -> list[str]:
        return [name for name in self.cookie("sent").split(".") if name]

    def _named(self, name: str) -> str:
        return ("__Host-" if self.parts.secure_cookies else "") + "sikpro_" + name


def read_cookies(header: str) -> Mapping[str, str]:
    """Parse a Cookie header into values by name, without the parts that cannot be read."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(part.strip()).items()}
        except CookieError:
            continue
    return found


def new_visit(parts: WebParts, cookies: Mapping[str, str], address: str) -> Visit:
    """Return a visitor who is not identified yet, with the secret from the cookie."""
    visit = Visit(parts=parts, received=cookies, address=network_of(address))
    for name in ("session", "visitor"):
        if not visit.secret and well_formed(visit.cookie(name)):
            visit.secret = visit.cookie(name)
    return visit


Connection = ASGIConnection[Any, Any, Any, Any]


def visit_of(connection: Connection) -> Visit:
    """Return the visit that the gate made for this request."""
    visit = connection.scope["state"]["visit"]
    assert isinstance(visit, Visit)
    return visit
