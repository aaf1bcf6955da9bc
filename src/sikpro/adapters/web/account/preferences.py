"""Language and theme, one click each."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import PUBLIC
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.security import safe_path
from sikpro.adapters.web.site.visit import THEMES, YEAR, Visit
from sikpro.application.i18n import LANGUAGES
from sikpro.application.use_cases.people.manage_people import set_language


class PreferencesController(Controller):
    """A visitor's preferences, saved with the person or in a cookie."""

    opt = PUBLIC

    @post("/language")
    async def language(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Change the language."""
        language = form.text("language")
        if language in LANGUAGES:
            visit.set_cookie("language", language, max_age=YEAR)
            if visit.person:
                person = visit.person.id
                await parts.transactions.write(lambda uow: set_language(uow, person, language))
        return go(request, _back(request))

    @post("/theme")
    async def theme(
        self, request: Request[Any, Any, Any], visit: NamedDependency[Visit], form: NamedDependency[Form]
    ) -> Response[str]:
        """Set the theme: light, dark, or the system's."""
        theme = form.text("theme")
        if theme in THEMES:
            visit.set_cookie("theme", theme, max_age=YEAR)
        else:
            visit.drop_cookie("theme")
        return go(request, _back(request))


def _back(request: Request[Any, Any, Any]) -> str:
    """Return the page of the form."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else ""))
