"""Error pages with a link back, and the one table from errors to HTTP statuses."""

import logging
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from sikpro.adapters.web.site.admission import (
    OWN_PASSWORD,
    MustChangePassword,
    MustGivePassword,
    MustLogIn,
    MustTurnOnTwoSteps,
    Stale,
    login_path,
    order_address,
    password_path,
    two_steps_path,
    way_back,
)
from sikpro.adapters.web.site.forms import BadForm, form_read
from sikpro.adapters.web.site.gate import REFUSED
from sikpro.adapters.web.site.pages import Pages, go, html, is_htmx
from sikpro.adapters.web.site.security import safe_path
from sikpro.adapters.web.site.typed import written
from sikpro.adapters.web.site.visit import visit_of
from sikpro.application.ports.storage import StorageCrowded, StorageError, StorageRejected, StorageUncertain
from sikpro.domain.errors import (
    AlreadyTaken,
    AlreadyUsed,
    ConcurrencyConflict,
    DomainError,
    DuplicateOrder,
    ForbiddenMove,
    InUse,
    InvalidFields,
    InvalidValue,
    KeptOut,
    NotFound,
    NothingChanged,
    NotPermitted,
    ReasonRequired,
    TooManyClaims,
)

logger = logging.getLogger("sikpro.web")

STATUSES: dict[type[DomainError], int] = {
    InvalidValue: 422,
    InvalidFields: 422,
    ReasonRequired: 422,
    NothingChanged: 422,
    NotPermitted: 403,
    NotFound: 404,
    DuplicateOrder: 409,
    ForbiddenMove: 409,
    AlreadyTaken: 409,
    TooManyClaims: 409,
    AlreadyUsed: 409,
    KeptOut: 409,
    InUse: 409,
    ConcurrencyConflict: 409,
}
PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})
"""The statuses with their own sentences: `http.<status>.title` and `http.<status>.text`."""


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a domain error."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 422)


def error_handlers(pages: Pages) -> ExceptionHandlersMap:
    """Return the handlers of all exceptions that can leave a controller."""

    def answer(request: Request[Any, Any, Any], status: int, text: str = "", to: str = "") -> Response[str]:
        words = visit_of(request).words
        shown = status if status in PAGES else (400 if status < 500 else 500)
        title = words(f"http.{shown}.title")
        text = text or words(f"http.{shown}.text")
        if is_htmx(request):
            response = pages.page(request, "site/toast.html", status=status, title=title, text=text)
            response.headers |= _elsewhere("#toasts", "beforeend", ".toast")
            return response
        typed = written(form_read(request).values, words)
        return pages.page(
            request, "site/error.html", status=status, code=status, title=title, text=text, to=to, typed=typed
        )

    def in_place(
        request: Request[Any, Any, Any], status: int, text: str, to: str, label: str, *, form: bool = False
    ) -> Response[str]:
        """Show the text at the top of the open page, with a form to log in; nothing on the page is lost."""
        response = pages.page(
            request,
            "site/ended.html",
            status=status,
            text=text,
            to=to,
            label=label,
            form=form,
            code=False,
            error="",
            username="",
        )
        response.headers |= _elsewhere("#ended", "innerHTML", ".ended, .log-in-again")
        return response

    def domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[str]:
        if isinstance(error, NotPermitted):
            request.scope["state"][REFUSED] = True
        text = visit_of(request).words.error(error)
        there = getattr(error, "order_id", None)
        pressed = pressed_at(request)
        if pressed and not is_htmx(request) and not written(form_read(request).values, visit_of(request).words):
            # A button that was refused: the page where it was pressed says why.
            visit_of(request).toast("refused", why=text)
            return go(request, pressed)
        return answer(request, status_of(error), text, f"/orders/{there}" if there else "")

    def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
        if error.status_code >= 500:
            return unexpected(request, error)
        text = ""
        if isinstance(error, BadForm) and error.field:
            text = visit_of(request).words("http.400.field", field=error.field)
        response = answer(request, error.status_code, text)
        response.headers |= {
            name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "retry-after"}
        }
        return response

    def stale(request: Request[Any, Any, Any], _: Stale) -> Response[str]:
        request.scope["state"][REFUSED] = True
        words = visit_of(request).words
        if is_htmx(request):
            return in_place(request, 403, words("ended.stale"), way_back(request) or "/", words("order.reload"))
        return answer(request, 403, words("http.403.stale"), order_address(request))

    def must_log_in(request: Request[Any, Any, Any], error: MustLogIn) -> Response[str]:
        if request.url.path == "/live":
            return Response("", status_code=401)
        words, login = visit_of(request).words, login_path(error.next)
        if is_htmx(request):
            return in_place(request, 401, words("ended.session"), login, words("ended.log_in"), form=True)
        if written(form_read(request).values, words):
            return answer(request, 401, to=login)
        return go(request, login)

    def must_change_password(request: Request[Any, Any, Any], _: MustChangePassword) -> Response[str]:
        words, to = visit_of(request).words, password_path(way_back(request))
        if not is_htmx(request) and written(form_read(request).values, words):
            return answer(request, 403, words("password.one_time"), to)
        return go(request, to)

    def must_turn_on_two_steps(request: Request[Any, Any, Any], _: MustTurnOnTwoSteps) -> Response[str]:
        words, to = visit_of(request).words, two_steps_path(way_back(request))
        if is_htmx(request):
            return in_place(request, 403, words("two_steps.must"), to, words("two_steps.begin"))
        if written(form_read(request).values, words):
            return answer(request, 403, words("two_steps.must"), to)
        return go(request, to)

    def must_give_password(request: Request[Any, Any, Any], error: MustGivePassword) -> Response[str]:
        typed = {name: text for name, text in form_read(request).values.items() if name not in {"csrf", OWN_PASSWORD}}
        path, query = request.url.path, request.url.query
        return pages.page(
            request,
            "site/confirm.html",
            status=error.status,
            to=path + (f"?{query}" if query else ""),
            back=pressed_at(request) or "/",
            typed=typed,
            error=error.said,
        )

    def storage_error(request: Request[Any, Any, Any], error: StorageError) -> Response[str]:
        if isinstance(error, StorageRejected):
            return answer(request, 422)
        if isinstance(error, StorageCrowded):  # of the rest `ThreadedTransactions` tells, for all who ask
            logger.warning("too many long reads: %s", error)
        response = answer(request, 503, *_of_storage(request, error))
        response.headers["retry-after"] = "10"
        return response

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        try:
            return answer(request, 500)
        except Exception:
            logger.exception("the page for an error failed too")
            return html("<!doctype html><title>500</title><h1>500</h1><p><a href=/>SIKPRO</a></p>", 500)

    return {
        DomainError: domain_error,
        HTTPException: http_error,
        Stale: stale,
        MustLogIn: must_log_in,
        MustChangePassword: must_change_password,
        MustTurnOnTwoSteps: must_turn_on_two_steps,
        MustGivePassword: must_give_password,
        StorageError: storage_error,
        Exception: unexpected,
    }


_OF_STORAGE: dict[type[StorageError], str] = {StorageUncertain: "uncertain", StorageCrowded: "crowded"}


def _of_storage(request: Request[Any, Any, Any], error: StorageError) -> tuple[str, ...]:
    """Return the sentence for a failure of the database that needs its own."""
    kind = next((name for one, name in _OF_STORAGE.items() if isinstance(error, one)), "")
    return (visit_of(request).words(f"http.503.{kind}"),) if kind else ()


def pressed_at(request: Request[Any, Any, Any]) -> str:
    """Return the page of ours whose button sent this request; "" for other requests."""
    if request.method != "POST":
        return ""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    ours = parts.netloc == request.headers.get("host", "") and parts.path not in {"", request.url.path}
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else "")) if ours else ""


def _elsewhere(target: str, swap: str, part: str) -> dict[str, str]:
    """Return headers that override where and how htmx inserts a fragment."""
    return {"hx-retarget": target, "hx-reswap": swap, "hx-reselect": part}
