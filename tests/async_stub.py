"""Writes the signatures of the asynchronous library, from those of the library: `python -m tests.async_stub`."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

from sikpro.entrypoints import async_library
from sikpro.entrypoints.async_library import KINDS

STUB = Path(async_library.__file__).with_suffix(".pyi")
TWINS = {kind.__name__: name for name, kind in KINDS.items()}
LEFT_OUT = {"over", "close", "transaction", "transactions"}
"""What the twin has in a form of its own (`transaction`), or what opens and ends it."""

HEAD = '''"""Every method of the library as a coroutine; written by `python -m tests.async_stub`."""
'''
BEGIN = """
class AsyncSikpro:
    @property
    def clock(self) -> Clock: ...
    @property
    def zone(self) -> str: ...
    @property
    def script(self) -> Person: ...
    @property
    def actor(self) -> Person: ...
    def transaction(self) -> AbstractAsyncContextManager[AsyncSikpro]: ...
"""
END = """
KINDS: dict[str, type]

def over(app: Sikpro) -> AbstractAsyncContextManager[AsyncSikpro]: ...

def aconnect(
    url: str = "memory:", *, zone: str = ..., clock: Clock | None = None, role: Role | None = None
) -> AbstractAsyncContextManager[AsyncSikpro]: ...
"""
KNOWN = {
    "AbstractAsyncContextManager": "contextlib",
    "AsyncIterator": "collections.abc",
    "Clock": "sikpro.application.ports.runtime",
    "Person": "sikpro.domain.people",
    "Role": "sikpro.domain.people",
    "Sikpro": "sikpro.entrypoints.library",
}


def methods(kind: type) -> Iterator[tuple[str, ast.FunctionDef, str, bool]]:
    """The public methods of a class and of its bases: name, source, module, and whether it is a property."""
    for name, member in inspect.getmembers_static(kind):
        is_property = isinstance(member, property)
        function = member.fget if isinstance(member, property) else member
        if name in LEFT_OUT or not isinstance(function, FunctionType):
            continue
        if name.startswith("_") and name not in {"__call__", "__iter__"}:
            continue
        function = inspect.unwrap(function)
        (node,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function))).body
        assert isinstance(node, ast.FunctionDef)
        yield name, node, function.__module__, is_property


class Names(ast.NodeTransformer):
    """Twins in the place of classes of the library; notes every name."""

    def __init__(self, twin: str) -> None:
        self.twin = twin
        self.seen: set[str] = set()

    def visit_Name(self, node: ast.Name) -> ast.AST:
        name = self.twin if node.id == "Self" else TWINS.get(node.id, node.id)
        self.seen.add(name)
        return ast.Name(name)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A forward reference in quotes is a name."""
        return self.visit(ast.parse(node.value, mode="eval").body) if isinstance(node.value, str) else node


def signature(node: ast.FunctionDef, twin: str) -> tuple[str, str, set[str]]:
    """The arguments and the result as the twin has them, and the names in them."""
    names = Names(twin)
    for one in ast.walk(node.args):
        if isinstance(one, ast.arg) and one.annotation:
            one.annotation = names.visit(one.annotation)
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    shown = {id(one): one if isinstance(one, ast.Constant) else ast.Constant(...) for one in defaults}
    node.args.defaults = [shown[id(one)] for one in node.args.defaults]
    node.args.kw_defaults = [one and shown[id(one)] for one in node.args.kw_defaults]
    assert node.returns
    result = ast.unparse(names.visit(node.returns))
    return ast.unparse(node.args), result, names.seen


def where(name: str, module: str) -> str:
    """The module that a name of a module's annotations comes from, "" for a builtin."""
    if name in KNOWN:
        return KNOWN[name]
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.ImportFrom) and any(name == (one.asname or one.name) for one in node.names):
            return node.module or ""
    return module if name in vars(sys.modules[module]) else ""


def written() -> str:
    """The stub."""
    bodies, imports = list[str](), dict(KNOWN)
    for twin, kind in KINDS.items():
        lines = [BEGIN if twin == "AsyncSikpro" else f"\nclass {twin}:\n"]
        for name, node, module, is_property in methods(kind):
            arguments, result, names = signature(node, twin)
            imports |= {one: where(one, module) for one in names if one not in KINDS}
            if is_property:
                lines.append(f"    @property\n    def {name}({arguments}) -> {result}: ...\n")
            elif name == "__iter__":
                lines.append(f"    def __aiter__({arguments}) -> {result.replace('Iterator', 'AsyncIterator')}: ...\n")
            else:
                lines.append(f"    async def {name}({arguments}) -> {result}: ...\n")
        bodies.append("".join(lines))
    used = "".join(f"from {module} import {name}\n" for name, module in sorted(imports.items()) if module)
    text = HEAD + "\n" + used + "".join(bodies) + END
    for command in (["check", "--fix", "-q", "--select", "I,F401"], ["format", "-q"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(STUB), "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text


if __name__ == "__main__":
    STUB.write_text(written(), "utf-8")
