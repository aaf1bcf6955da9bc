"""Who is asking: the visitor of one request, with language, theme and cookies."""

import json
from collections.abc import Mapping
from datetime import timedelta
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any
from urllib.parse import quote, unquote

from attrs import define, field
from litestar.connection import ASGIConnection

from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import csrf_token, network_of, new_token, well_formed
from sikpro.application.i18n import LANGUAGES, Words, words_in
from sikpro.domain.people import Permission, Person

IDLE = timedelta(days=14)
"""How long a session lives without being used."""

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


@define
class Visit:
    """A request's visitor; `person` is None until they have logged in.

    `secret` is the session's token, or an anonymous visitor's own; `expired` says that a session was brought along
    which is no longer one. What is added to `cookies` goes out with the response.
    """

    parts: WebParts
    received: Mapping[str, str]
    address: str
    person: Person | None = None
    session: str = ""
    secret: str = ""
    expired: bool = False
    cookies: list[str] = field(factory=list)

    @property
    def language(self) -> str:
        """`id` or `en`: the person's, else the cookie's."""
        chosen = self.person.language if self.person else self.cookie("language")
        return chosen if chosen in LANGUAGES else "id"

    @property
    def words(self) -> Words:
        """The visitor's language in the installation's zone."""
        return words_in(self.language, self.parts.zone)

    @property
    def theme(self) -> str:
        """`light` or `dark` where chosen, "" where the system decides."""
        chosen = self.cookie("theme")
        return chosen if chosen in THEMES else ""

    def may(self, permission: Permission | str) -> bool:
        """Whether the visitor's role allows it."""
        return self.person is not None and self.person.may(Permission(permission))

    def csrf(self) -> str:
        """The token for this visitor's forms; an anonymous one is given a secret for it."""
        if not self.secret:
            self.secret = new_token()
            self.set_cookie("visitor", self.secret)
        return csrf_token(self.secret)

    def cookie(self, name: str) -> str:
        """A cookie that was received, "" when there is none."""
        return self.received.get(self._named(name), "")

    def set_cookie(self, name: str, value: str, max_age: int | None = None) -> None:
        """Send a cookie along: HttpOnly, SameSite=Lax, for the whole site; without `max_age` until the browser ends."""
        morsel: Morsel[str] = Morsel()
        morsel.set(self._named(name), value, value)
        # `Morsel` takes True for the flags; only its type says text.
        attributes: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax", "max-age": max_age}
        attributes["secure"] = self.parts.secure_cookies
        for attribute, content in attributes.items():
            if content is not None and content is not False:
                morsel[attribute] = content
        self.cookies.append(morsel.OutputString())

    def drop_cookie(self, name: str) -> None:
        """Have the browser forget a cookie."""
        self.set_cookie(name, "", max_age=0)

    def toast(self, code: str, /, **params: str) -> None:
        """Say something on the next page: the sentence `toast.<code>` with its parameters."""
        self.set_cookie("toast", quote(json.dumps([code, params]), safe=""), max_age=60)

    def take_toast(self) -> str:
        """What is to be said on this page, once; "" for nothing."""
        if not self.cookie("toast"):
            return ""
        self.drop_cookie("toast")
        try:
            code, params = json.loads(unquote(self.cookie("toast")))
            return self.words(f"toast.{code}", **{str(name): str(value) for name, value in params.items()})
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return ""

    def sent(self, draft: str) -> None:
        """Let the next page tell the browser that what it keeps under this name was sent."""
        self.set_cookie("sent", ".".join([*self._received_sent(), draft][-9:]))

    def take_sent(self) -> str:
        """The names of the drafts that were sent since the last page, with blanks between."""
        names = self._received_sent()
        if names:
            self.drop_cookie("sent")
        return " ".join(names)

    def _received_sent(self) -> list[str]:
        return [name for name in self.cookie("sent").split(".") if name]

    def _named(self, name: str) -> str:
        return ("__Host-" if self.parts.secure_cookies else "") + "sikpro_" + name


def read_cookies(header: str) -> Mapping[str, str]:
    """A Cookie header by name; what cannot be read is left out."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(part.strip()).items()}
        except CookieError:
            continue
    return found


def new_visit(parts: WebParts, cookies: Mapping[str, str], address: str) -> Visit:
    """A visitor as yet unknown, with the secret they brought along."""
    visit = Visit(parts=parts, received=cookies, address=network_of(address))
    for name in ("session", "visitor"):
        if not visit.secret and well_formed(visit.cookie(name)):
            visit.secret = visit.cookie(name)
    return visit


Connection = ASGIConnection[Any, Any, Any, Any]


def visit_of(connection: Connection) -> Visit:
    """The visit that the gate made of this request."""
    visit = connection.scope["state"]["visit"]
    assert isinstance(visit, Visit)
    return visit
