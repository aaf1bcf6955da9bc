"""Every error of the API as a problem of RFC 9457, with its code, its parameters and its sentence in both languages."""

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import UNSET, Meta, Struct, UnsetType

from sikpro.adapters.web.api.faults import ApiFault, Unclear
from sikpro.adapters.web.site.errors import PAGES, status_of
from sikpro.adapters.web.site.gate import REFUSED
from sikpro.adapters.web.site.visit import visit_of
from sikpro.application.i18n import LANGUAGES, Words, sentences, words_in
from sikpro.application.ports.storage import StorageCrowded, StorageError, StorageRejected, StorageUncertain
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotPermitted

logger = logging.getLogger("sikpro.web")

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/docs#problem-"
"""Where the page of the API explains a code."""

_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")
_NUMBER = re.compile(r"/api/v1/orders/([A-Za-z]+-?[0-9][A-Za-z0-9-]*)(?:/|$)")
"""A registration number where the id of an order is expected."""

_NAMED = ("api.parameter", "api.field.")
"""Begins the codes whose sentences name the field themselves."""

_OWN = frozenset({"code", "params", "errors", "reading"})


class FieldProblem(Struct):
    """What is wrong with one field."""

    field: str
    code: str
    parameters: dict[str, Any]
    sentences: dict[str, str]


class Problem(Struct):
    """What is wrong, for a program (`code`, `parameters`) and for people (`detail`; `sentences` in `id` and `en`).

    `fields` has what is wrong with each field, where it is about fields. `reading` is what was read in a message.
    """

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(examples=["order.duplicate"])]
    parameters: dict[str, Any]
    sentences: dict[str, str]
    fields: list[FieldProblem] | UnsetType = UNSET
    reading: dict[str, Any] | UnsetType = UNSET


def handlers() -> ExceptionHandlersMap:
    """Return the handlers of all exceptions that can leave the API."""
    return {
        ApiFault: _fault,
        DomainError: _domain_error,
        HTTPException: _http_error,
        StorageError: _storage_error,
        Exception: _unexpected,
    }


def field_problems(errors: Mapping[str, DomainError], zone: str) -> list[FieldProblem]:
    """Return what is wrong with each field."""
    return [FieldProblem(name, one.code, _parameters(one), _sentences(zone, one)) for name, one in errors.items()]


def _fault(request: Request[Any, Any, Any], fault: ApiFault) -> Response[bytes]:
    zone = visit_of(request).parts.zone
    sentences = {language: words_in(language, zone)(f"error.{fault.code}", **fault.params) for language in LANGUAGES}
    return _sent(request, _problem(request, fault.status, fault.code, dict(fault.params), sentences), fault.headers)


def _domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    if isinstance(error, NotPermitted):
        request.scope["state"][REFUSED] = True
    status = status_of(error)
    sentences = _sentences(visit_of(request).parts.zone, error)
    problem = _problem(request, status, error.code, _parameters(error), sentences)
    if isinstance(error, InvalidFields):
        problem.fields = field_problems(error.errors, visit_of(request).parts.zone)
        said = {language: _of_all(problem.fields, language, visit_of(request).parts.zone) for language in LANGUAGES}
        problem.sentences, problem.detail = said, said[_language(request)]
    if isinstance(error, Unclear):
        problem.reading = msgspec.to_builtins(error.reading)
    return _sent(request, problem, {})


def _http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    if error.status_code >= 500:
        return _unexpected(request, error)
    if isinstance(error, ValidationException) and (errors := _wrong_parameters(error)):
        return _domain_error(request, InvalidFields(errors))
    if error.status_code == 404 and (number := _NUMBER.match(request.url.path)):
        return _fault(request, ApiFault("api.order.number", 404, {"typed": number[1][:64]}))
    kept = {name: value for name, value in (error.headers or {}).items() if name.lower() in {"allow", "retry-after"}}
    return _plain(request, error.status_code, kept)


def _wrong_parameters(error: ValidationException) -> dict[str, DomainError]:
    """Return what is wrong with each parameter of an address, as Litestar says it."""
    if missing := _MISSING.match(error.detail):
        return {missing[1]: InvalidValue("api.parameter.missing", missing[1])}
    extra = error.extra if isinstance(error.extra, list) else []
    return {
        str(one["key"]): InvalidValue("api.field.type", str(one["key"]), why=str(one["message"])[:200])
        for one in extra
        if isinstance(one, dict) and "key" in one
    }


def _storage_error(request: Request[Any, Any, Any], error: StorageError) -> Response[bytes]:
    if isinstance(error, StorageRejected):
        return _plain(request, 422)
    if isinstance(error, StorageCrowded):
        logger.warning("too many long reads: %s", error)
    kind = {StorageUncertain: ".uncertain", StorageCrowded: ".crowded"}.get(type(error), ".text")
    return _plain(request, 503, {"retry-after": "10"}, kind)


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _plain(request, 500)


def _plain(
    request: Request[Any, Any, Any], status: int, headers: Mapping[str, str] | None = None, kind: str = ".text"
) -> Response[bytes]:
    """Return the problem of a status that says all: its code is `http.<status>`."""
    shown = status if status in PAGES else 400
    sentence = sentence_of(shown, kind)
    zone = visit_of(request).parts.zone
    sentences = {language: words_in(language, zone)(sentence) for language in LANGUAGES}
    code = f"http.{status}" + (kind if kind != ".text" else "")
    return _sent(request, _problem(request, status, code, {}, sentences), headers or {})


def sentence_of(status: int, kind: str = ".text") -> str:
    """Return the code of the sentence for a status that says all."""
    return f"api.{status}" if status in {400, 404, 405, 413} else f"http.{status}{kind}"


def _problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    parameters: dict[str, Any],
    sentences: dict[str, str],
) -> Problem:
    words = words_in(_language(request), visit_of(request).parts.zone)
    title = f"api.{status}.title" if words.knows(f"api.{status}.title") else f"http.{status}.title"
    return Problem(
        type=f"{TYPES}{code}",
        title=words(title if words.knows(title) else "http.400.title"),
        status=status,
        detail=sentences[words.language],
        code=code,
        parameters=parameters,
        sentences=sentences,
    )


def _parameters(error: DomainError) -> dict[str, Any]:
    """Return what an error knows: the parameters of its sentence, and its own attributes that are values."""
    own = {name: value for name, value in vars(error).items() if name not in _OWN}
    known = {**error.params, **own}
    return {name: value for name, value in known.items() if isinstance(value, str | int | datetime | None)}


def _sentences(zone: str, error: DomainError) -> dict[str, str]:
    return {language: _sentence(words_in(language, zone), error) for language in LANGUAGES}


def _sentence(words: Words, error: DomainError) -> str:
    """Return the sentence of an error, with what was probably meant if it does not say that itself."""
    sentence = words.error(error)
    meant = str(error.params.get("suggestion") or error.params.get("readings") or "")
    says_it = any(name in sentences(words.language)[f"error.{error.code}"] for name in ("{suggestion}", "{readings}"))
    return sentence if not meant or says_it else words("api.meant", sentence=_ended(sentence), meant=meant)


def _of_all(fields: Iterable[FieldProblem], language: str, zone: str) -> str:
    """Return what is wrong with all fields, each by its label, or by its name where it has none."""
    words = words_in(language, zone)

    def line(one: FieldProblem) -> str:
        if one.code.startswith(_NAMED):
            return one.sentences[language]
        label = f"field.{one.field.removeprefix('fields.')}"
        field = words(label) if words.knows(label) else one.field
        return words("api.of_field", field=field, sentence=one.sentences[language])

    return " ".join(_ended(line(one)) for one in fields)


def _ended(sentence: str) -> str:
    """Return a sentence before another one: some end with what was typed."""
    return f"{sentence}." if sentence[-1:].isalnum() else sentence


def _language(request: Request[Any, Any, Any]) -> str:
    """Return the language of title and detail: the first of ours that the request accepts, else the person's.

    Who is not known, as with a wrong token, gets Indonesian, the language of most people here.
    """
    for part in request.headers.get("accept-language", "").lower().split(","):
        if (wanted := part.partition(";")[0].strip()[:2]) in LANGUAGES:
            return wanted
    person = visit_of(request).person
    return person.language if person else LANGUAGES[0]


def _sent(request: Request[Any, Any, Any], problem: Problem, headers: Mapping[str, str]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"content-language": _language(request), **headers},
    )
