"""Render pages and fragments from templates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen
from jinja2 import Environment
from litestar import Request, Response
from litestar.enums import MediaType

from sikpro.adapters.web.site.navigation import NavEntry, groups_for, tabs_at
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit, visit_of
from sikpro.application.workers.health import RELAY


@frozen
class Pages:
    """Renders templates for a visitor. `navigation` has all entries of the side bar."""

    parts: WebParts
    navigation: tuple[NavEntry, ...]
    engine: Environment

    def page(
        self, request: Request[Any, Any, Any], template: str, *, status: int = 200, **context: Any
    ) -> Response[str]:
        """Return the response for a template of a page or a fragment."""
        text = self.text(visit_of(request), request.url.path, template, context)
        return html(text, status)

    def text(self, visit: Visit, path: str, template: str, context: Mapping[str, Any]) -> str:
        """Return the text of a template, with the common values of all templates."""
        return self.engine.get_template(template).render(self.given(visit, path) | dict(context))

    def given(self, visit: Visit, path: str) -> dict[str, Any]:
        """Return the values that every template can use."""
        now = self.parts.clock.now()
        words = visit.words
        navigation = groups_for(self.navigation, visit, path)
        return {
            "made_parts": {},
            "t": words,
            "words": words,
            "me": visit.person,
            "may": visit.may,
            "visit": visit,
            "now": now,
            "zone": self.parts.zone,
            "bot": self.parts.bot_state(),
            "relay": self.parts.health().state(RELAY),
            "clock_step": self.parts.clock_step(),
            "navigation": navigation,
            "tabs": tabs_at(navigation),
            "path": path,
            "age": lambda since: words.duration(now - since),
            "iso": _iso,
            "simulator_url": self.parts.simulator_url,
        }


def html(text: str, status: int = 200) -> Response[str]:
    """Return a page that is not cached."""
    return Response(text, status_code=status, media_type=MediaType.HTML, headers={"cache-control": "no-store"})


def is_htmx(request: Request[Any, Any, Any]) -> bool:
    """Return whether htmx requests a part of a page; for *back* in the history it wants the whole page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-history-restore-request") != "true"


def go(request: Request[Any, Any, Any], path: str) -> Response[str]:
    """Redirect the browser to one of our pages after a form."""
    if is_htmx(request):
        return Response("", status_code=204, headers={"hx-redirect": path, "cache-control": "no-store"})
    return Response("", status_code=303, headers={"location": path, "cache-control": "no-store"})


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
