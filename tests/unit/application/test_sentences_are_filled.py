"""Every sentence gets from whoever says it what it has blanks for: in the source, in the templates, in the errors."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen
from jinja2 import Environment, nodes

import sikpro
from sikpro.application.i18n import sentences
from sikpro.application.ports.facts import Dimension
from sikpro.domain import errors
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Role
from sikpro.domain.phase import Phase, Turn
from tests.unit.application.test_sentences import blanks

SOURCES = Path(sikpro.__file__).parent
_FEW = 3
"""So many codes a place may name without putting them together."""

SAYING = {"words", "fixed", "t", "fixed_words"}
HOLES: dict[str, Iterable[str]] = {"phase": Phase, "turn": Turn, "role": Role, "dimension": Dimension}
"""What stands for a part of a code, by the last name of the expression; anything else may be any word."""


@frozen
class SentText:
    """A place that says a sentence: where, the codes that it may be, what it fills in; None where that is not told."""

    where: str
    codes: frozenset[str]
    filled: frozenset[str] | None

    def lacking(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The codes whose sentences have blanks that are not filled in here, and these."""
        for code in self.codes & set(sentences("id")):
            left = blanks(sentences("id")[code]) - (self.filled or set())
            if self.filled is not None and left:
                yield code, frozenset(left)


def matching(parts: Iterable[str | tuple[str, ...] | None]) -> frozenset[str]:
    """The codes made of these parts: a text, one of several, or any word."""
    pattern = "".join(
        "[a-z0-9_]+" if part is None else re.escape(part) if isinstance(part, str) else f"(?:{'|'.join(part)})"
        for part in parts
    )
    return frozenset(code for code in sentences("id") if re.fullmatch(pattern, code))


def hole(name: str) -> tuple[str, ...] | None:
    return tuple(map(str, HOLES[name])) if name in HOLES else None


# ---- Python -------------------------------------------------------------------------------------------------


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def codes_of(node: ast.expr, function: ast.AST, before: str = "") -> frozenset[str]:
    """The codes that an expression may be; none where that cannot be told."""
    match node:
        case ast.Constant(value=str(text)):
            return frozenset({before + text})
        case ast.JoinedStr(values=values):
            parts: list[str | tuple[str, ...] | None] = [
                str(part.value) if isinstance(part, ast.Constant) else hole(last_name(part.value))  # type: ignore[attr-defined]  # a constant, or a hole
                for part in values
            ]
            return matching([before, *parts])
        case ast.IfExp(body=one, orelse=other):
            return codes_of(one, function, before) | codes_of(other, function, before)
        case ast.Name(id=name):
            assigned = (
                step.value
                for step in ast.walk(function)
                if isinstance(step, ast.Assign) and any(last_name(target) == name for target in step.targets)
            )
            return frozenset().union(*(codes_of(value, function, before) for value in assigned if value is not node))
        case _:
            return frozenset()


def filled_by(call: ast.Call, function: ast.AST) -> frozenset[str] | None:
    """The names that a call fills in, None where a mapping of unknown names is passed."""
    names = set[str]()
    for keyword in call.keywords:
        if keyword.arg is not None:
            names.add(keyword.arg)
            continue
        found = [
            step.value
            for step in ast.walk(function)
            if isinstance(step, ast.Assign) and any(last_name(t) == last_name(keyword.value) for t in step.targets)
        ]
        if not found or not all(isinstance(value, ast.Dict) for value in found):
            return None
        for value in found:
            assert isinstance(value, ast.Dict)
            names |= {str(key.value) for key in value.keys if isinstance(key, ast.Constant)}
    return frozenset(names)


def said_in_python(path: Path) -> Iterator[SentText]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for function in [*functions, tree]:
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not call.args or (function is tree and id(call) in inside):
                continue
            name = last_name(call.func)
            if name not in SAYING | {"toast"} and ast.unparse(call.func) != "self":
                continue
            codes = codes_of(call.args[0], function, "toast." if name == "toast" else "")
            yield SentText(f"{path.name}:{call.lineno}", codes, filled_by(call, function))


# ---- templates ----------------------------------------------------------------------------------------------


def template_codes(node: nodes.Node) -> frozenset[str]:
    match node:
        case nodes.Const(value=str(text)):
            return frozenset({text})
        case nodes.CondExpr(expr1=one, expr2=other):
            return template_codes(one) | (template_codes(other) if other else frozenset())
        case nodes.Concat(nodes=parts):
            return matching(
                part.value if isinstance(part, nodes.Const) else hole(getattr(part, "attr", getattr(part, "name", "")))
                for part in parts
            )
        case _:
            return frozenset()


def said_in_template(path: Path, environment: Environment) -> Iterator[SentText]:
    for call in environment.parse(path.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in SAYING and call.args:
            filled = None if call.dyn_kwargs else frozenset(keyword.key for keyword in call.kwargs)
            yield SentText(f"{path.name}:{call.lineno}", template_codes(call.args[0]), filled)


@cache
def everything_said() -> list[SentText]:
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=True)
    found = [said for path in SOURCES.rglob("*.py") for said in said_in_python(path)]
    return found + [said for path in SOURCES.rglob("*.html") for said in said_in_template(path, environment)]


def test_every_sentence_is_given_what_it_has_blanks_for() -> None:
    """A code that is put together may match more than it ever is: those, somebody else has to say rightly."""
    said = everything_said()
    right = {code for one in said for code in one.codes - {lacking for lacking, _ in one.lacking()}}
    wrong = {
        f"{one.where} {code} lacks {', '.join(sorted(left))}"
        for one in said
        for code, left in one.lacking()
        if len(one.codes) <= _FEW or code not in right
    }
    assert wrong == set()
    assert len({code for one in said for code in one.codes}) > 700, "the test no longer sees who says what"


def test_every_sentence_that_is_said_is_there() -> None:
    unknown = {f"{one.where} {code}" for one in everything_said() for code in one.codes if code not in sentences("id")}
    assert unknown == set()


# ---- errors -------------------------------------------------------------------------------------------------


def kinds_of_error(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for one in kind.__subclasses__():
        if not one.__module__.startswith("sikpro."):
            continue  # another test's own
        yield one
        yield from kinds_of_error(one)


def made_in_the_source() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Each place that makes an error: where, the code of its sentence, what it fills in."""
    kinds = {kind.__name__: kind for kind in kinds_of_error()}
    for path in SOURCES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or last_name(call.func) not in kinds:
                continue
            kind, where = kinds[last_name(call.func)], f"{path.name}:{call.lineno}"
            if issubclass(kind, InvalidValue):
                more = (str(keyword.arg) for keyword in call.keywords if keyword.arg != "reason")
                for code in codes_of(call.args[0], call, "error."):
                    yield where, code, frozenset({*InvalidValue("x", "y").params, *more})
            elif all(keyword.arg for keyword in call.keywords):
                given = [str(keyword.arg) for keyword in call.keywords]
                known = inspect.signature(kind).parameters
                if "params" not in known:
                    wanted = [name for name, one in known.items() if one.default is one.empty]
                    given = [*wanted, *[name for name in given if name not in wanted]]
                values: dict[str, Any] = {name: {} if name == "errors" else "x" for name in given}
                made = kind(**values)
                yield where, f"error.{made.code}", frozenset(made.params)


def test_every_error_gives_its_sentence_what_it_has_blanks_for() -> None:
    made = list(made_in_the_source())
    lacking = {
        f"{where} {code} lacks {', '.join(sorted(blanks(sentences('id')[code]) - filled))}"
        for where, code, filled in made
        if code in sentences("id") and blanks(sentences("id")[code]) - filled
    }
    assert lacking == set()
    assert len({code for _, code, _ in made}) > 80, "the test no longer sees who makes which error"


def test_all_kinds_of_error_are_known_here() -> None:
    declared = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DomainError)}
    assert declared - {DomainError} <= set(kinds_of_error())


def test_what_an_error_is_about_has_a_word_in_both_languages() -> None:
    kinds = {kind.__name__ for kind in kinds_of_error()}
    named = {
        str(keyword.value.value)
        for file in SOURCES.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in kinds
        for keyword in call.keywords
        if keyword.arg == "what" and isinstance(keyword.value, ast.Constant)
    }
    assert len(named) > 20, "the test no longer sees what the errors are about"
    for language in ("id", "en"):
        assert {name for name in named if f"what.{name}" not in sentences(language)} == set(), language
