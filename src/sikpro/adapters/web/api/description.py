"""The description of the API: OpenAPI 3.1 with an example of each operation, and a page of ours for people."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec
from attrs import frozen
from jinja2 import Environment
from litestar import Litestar, Request, Response, get
from litestar.enums import MediaType
from markupsafe import Markup, escape
from msgspec import Struct

from sikpro.adapters.web.api.admission import OPEN
from sikpro.adapters.web.api.call import LONGEST_KEY
from sikpro.adapters.web.api.examples import EXAMPLES, Example
from sikpro.adapters.web.api.problems import MEDIA_TYPE, FieldProblem, Problem, sentence_of
from sikpro.adapters.web.site.engine import environment
from sikpro.adapters.web.site.errors import PAGES
from sikpro.adapters.web.site.limits import PER_MINUTE
from sikpro.application.i18n import sentences

Json = Mapping[str, Any]

HOST = "https://sikpro.example"
"""The server of the examples."""

_CODE = Markup("<code>{}</code>")
_REF = "#/components/schemas/"
_PROBLEM = {
    "description": "What is wrong, and what to do",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of yours, new for each act: the same request under it is done once, and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you read: 412 if the order has changed since.",
    "schema": {"type": "string"},
}


@get("/openapi.json", opt=OPEN, include_in_schema=False)
async def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the description for programs."""
    return Response(_as_bytes(request.app), media_type="application/json", headers={"cache-control": "no-cache"})


@get("/docs", opt=OPEN, include_in_schema=False)
async def docs(request: Request[Any, Any, Any]) -> Response[str]:
    """Return the description for people."""
    text = (
        _engine()
        .get_template("api/docs.html")
        .render(
            groups=_groups(described(request.app)), problems=_problems(), host=HOST, limit=PER_MINUTE, marked=marked
        )
    )
    return Response(text, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})


def marked(text: str) -> Markup:
    """Return a description as HTML; what stands between backticks is code.

    >>> marked("`next` < null")
    Markup('<code>next</code> &lt; null')
    """
    parts = re.split(r"`([^`]+)`", text)
    return Markup().join(_CODE.format(part) if place % 2 else escape(part) for place, part in enumerate(parts))


@cache
def described(app: Litestar) -> dict[str, Any]:
    """Return the description of an application, as OpenAPI 3.1 has it."""
    found: dict[str, Any] = app.openapi_schema.to_schema()
    components = found["components"]["schemas"]
    _, own = msgspec.json.schema_components([Problem, FieldProblem], ref_template=_REF + "{name}")
    components |= own
    found["info"]["description"] = "Everything that the console does with orders, for programs."
    for path, method, operation in _operations(found):
        example = EXAMPLES[operation["operationId"]]
        _describe(path, method, operation, example)
    for one in _structs(Struct):
        if one.__name__ in components and one.__doc__:
            components[one.__name__]["description"] = cleandoc(one.__doc__)
    for name in _taken(found):
        components[name]["additionalProperties"] = False
    return found


def _structs(kind: type[Struct]) -> Iterator[type[Struct]]:
    for one in kind.__subclasses__():
        yield from (one, *_structs(one))


def _describe(path: str, method: str, operation: dict[str, Any], example: Example) -> None:
    operation["responses"] = {
        status: answer for status, answer in operation["responses"].items() if status.startswith("2")
    } | {"default": _PROBLEM}
    parameters = operation.setdefault("parameters", [])
    for one in parameters:
        one.pop("deprecated", None)
        if one["name"] in example.path:
            one["example"] = example.path[one["name"]]
        if one["in"] == "path" and one["schema"]["type"] == "integer":
            one["schema"]["minimum"] = 1
    if method != "get":
        parameters += [_KEY, *([_MATCH] if "{order_id}" in path else [])]
    if "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = example.body
    for answer in operation["responses"].values():
        if binary := answer["content"].pop("application/octet-stream", None):
            answer["content"]["*/*"] = binary
    operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": curl(path, method, example)}]


def curl(path: str, method: str, example: Example, host: str = HOST) -> str:
    """Return a command that runs an example; `$TOKEN` is the caller's token."""
    lines = [f'curl "{host}{example.address(path)}"', '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        lines.append(f"-X {method.upper()}")
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if example.body is not None:
        lines += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example.body, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


@frozen
class Shown:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Json, ...]
    about_body: str
    body: tuple[Json, ...]
    answer: tuple[Json, ...]
    status: str
    curl: str


def _groups(whole: Json) -> dict[str, list[Shown]]:
    found: dict[str, list[Shown]] = {}
    for path, method, one in _operations(whole):
        status, answer = next(item for item in one["responses"].items() if item[0] != "default")
        body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        content: Json = next(iter(answer.get("content", {}).values()), {"schema": {}})["schema"]
        found.setdefault(one["tags"][0], []).append(
            Shown(
                id=one["operationId"],
                method=method.upper(),
                path=path,
                summary=one["summary"],
                description=one.get("description", ""),
                parameters=tuple(_parameter(whole, each) for each in one["parameters"] if each["in"] != "header"),
                about_body=_resolved(whole, body).get("description", ""),
                body=tuple(_fields(whole, body)),
                answer=tuple(_fields(whole, content)),
                status=status,
                curl=one["x-codeSamples"][0]["source"],
            )
        )
    order = list(EXAMPLES)
    return {group: sorted(some, key=lambda one: order.index(one.id)) for group, some in found.items()}


def _parameter(whole: Json, one: Json) -> Json:
    kind = _resolved(whole, one["schema"])
    return {
        "name": one["name"],
        "type": kind.get("type", "string"),
        "in_path": one["in"] == "path",
        "about": one.get("description", ""),
        "choices": ", ".join(kind.get("enum", ())),
    }


def _fields(whole: Json, schema: Json, before: str = "", depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the fields of a schema with their types; those of an inner one with the name before."""
    here = _resolved(whole, schema)
    for name, one in here.get("properties", {}).items():
        inner = _resolved(whole, one)
        items = _resolved(whole, inner["items"]) if "items" in inner else None
        kind = f"list of {items.get('type', 'any')}" if items else str(inner.get("type", "any"))
        null = any(each.get("type") == "null" for each in one.get("oneOf", ()))
        yield {
            "name": before + name,
            "type": inner.get("format", kind) + (" or null" if null else ""),
            "required": name in here.get("required", ()),
            "about": one.get("description", ""),
        }
        deeper = items if items and "properties" in items else inner
        if "properties" in deeper and depth < 2:
            yield from _fields(whole, deeper, f"{before}{name}.", depth + 1)


def _resolved(whole: Json, schema: Json) -> Json:
    if "oneOf" in schema:
        schema = next((one for one in schema["oneOf"] if one.get("type") != "null"), {})
    if "$ref" in schema:
        found: Json = whole["components"]["schemas"][schema["$ref"].removeprefix(_REF)]
        return found
    return schema


def _taken(whole: Json) -> set[str]:
    """Return the names of the schemas of bodies, and of those inside them."""
    found: set[str] = set()
    waiting = [one.get("requestBody", {}) for _, _, one in _operations(whole)]
    while waiting:
        for name in set(_refs(waiting.pop())) - found:
            found.add(name)
            waiting.append(whole["components"]["schemas"][name])
    return found


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(_REF)
        for one in node.values():
            yield from _refs(one)
    elif isinstance(node, list):
        for one in node:
            yield from _refs(one)


def _operations(whole: Json) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _problems() -> list[tuple[str, str, str]]:
    """Return the codes of problems, with their sentences in both languages, before their parameters."""
    both = sentences("id"), sentences("en")
    codes = [code.removeprefix("error.") for code in both[0] if code.startswith("error.") and not code.endswith(".one")]
    plain = {f"http.{status}": sentence_of(status) for status in PAGES}
    named = plain | {code: f"error.{code}" for code in codes}
    return [(code, both[0][named[code]], both[1][named[code]]) for code in sorted(named)]


@cache
def _as_bytes(app: Litestar) -> bytes:
    return msgspec.json.encode(described(app))


@cache
def _engine() -> Environment:
    return environment()
