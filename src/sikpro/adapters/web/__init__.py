"""The web console: Litestar and Jinja, htmx on top; every page works without JavaScript.

**To add a page** write a controller, a template, a line in `PAGES` (`app.py`) and its sentences in both catalogues.

Controller (`<room>/<page>.py`, in the room of its subject)::

    class LedgerController(Controller):
        path = "/ledger"
        guards = (only(Permission.VIEW_REPORTS),)

        @get()
        async def show(
            self,
            request: Request[Any, Any, Any],
            me: NamedDependency[Person],
            pages: NamedDependency[Pages],
            parts: NamedDependency[WebParts],
            before: FromQuery[int | None] = None,
        ) -> Response[str]:
            rows = await parts.transactions.read(lambda uow: uow.inbox.page(before=before, limit=50))
            return pages.page(request, "ledgers/messages.html", rows=rows)

        @post("/{request_id:int}/approve")
        async def approve(self, request: …, visit: NamedDependency[Visit], …) -> Response[str]:
            await parts.transactions.write(lambda uow: …)     # one hop, no network inside
            visit.toast("approved", name=…)                   # the sentence toast.approved, on the next page
            return go(request, "/access")                     # 303, or HX-Redirect

- Dependencies by name: `parts`, `pages`, `me` (Person), `visit` (Visit: words, language, may), `form` (Form: `text`,
  `whole`, `order_fields`), `password_hasher`.
- `site/admission.py` requires a login for every handler, and the form's token for every POST. `opt=PUBLIC` opens a
  handler to everybody; `guards=[only(Permission.X, …)]` requires a permission.
- Do not catch `DomainError` and `StorageError`: `site/errors.py` makes the page (or the toast, for htmx) with the
  right status. Catch only `InvalidFields`, to show the form again:
  `pages.page(…, status=422, errors=error.errors, values=typed)`.
- A query parameter that may be invalid is a `str`; the controller parses it.
- The line in `app.py`: `Page(LedgerController, NavEntry("/ledger", "ledger", "book", (Permission.VIEW_REPORTS,)))`,
  with the sentence `nav.ledger`; the icon is a Tabler one, its SVG copied to `static/vendor/tabler-icons/`.

Template (`templates/<room>/<page>.html`)::

    {% extends "site/base.html" %}
    {% from "site/parts.html" import button, panel, empty, page_header with context %}
    {% block title %}{{ t("ledger.title") }}{% endblock %}
    {% block content %}{{ page_header(t("ledger.title")) }} … {% endblock %}

- Every template has `t(code, **params)` / `words` (`words.duration`, `words.moment(at, now)`,
  `words.text(bilingual)`, …), `me`, `may("lead")`, `now`, `age(since)`, `bot`, `path`, `visit`, `icon(name)`,
  `static(path)`, `iso(moment)`.
- Every text is `t("…")`; every form begins with `{{ csrf() }}`. No `style=`, no `<script>`, no `on…=`: the content
  security policy forbids them.
- Components, each once: `site/parts.html` (csrf, button, link_button, status_badge, phase_badge, mark, field, panel,
  alert, empty, pager, page_header, stat) and `orders/order_form.html` (the order's fields from `fields.py`).
- A list is `<table class="list">`; its cells have `data-label`: at 390 px every row becomes a card.
- Live: an element with `data-live="order outbox"`, `hx-get` and `hx-trigger="refresh"` is fetched again when a hint
  of these kinds comes (`static/site/live.js`); `data-live-ids` limits it to one order. `hx-swap="morph:outerHTML"`
  keeps focus and place.
- Keys: the key `x` clicks or focuses an element with `data-key="x"` (`static/site/keys.js`); list it in
  `templates/site/keys.html`.
- Sentences: `i18n/{id,en}/<room>.po`; `common.po` has those of several rooms.
"""

from sikpro.adapters.web.app import create_app, create_web
from sikpro.adapters.web.site.parts import WebParts

__all__ = ["WebParts", "create_app", "create_web"]
