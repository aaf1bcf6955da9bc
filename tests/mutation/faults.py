"""The faults that can be made in a module, and how one is put into the running program."""

import ast
import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import libcst
from attrs import define, evolve, frozen
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations


class NotApplicable(Exception):
    """A fault that is no fault: the program does not compile with it, or is the same."""


@frozen(eq=False)
class Fault:
    """One fault in a function of a module, `number` of those that the module can have."""

    module: "Module"
    number: int
    function: str
    line: int

    @property
    def place(self) -> str:
        """The module and the function, as a report names them."""
        return f"{self.module.name}: {self.function}"

    @property
    def text(self) -> str:
        """The line as it is."""
        return self.module.lines[self.line - 1].strip()

    def change(self) -> tuple[str, str]:
        """What the fault takes away and what it puts there: whole lines, without their indentation."""
        gone: list[str] = []
        come: list[str] = []
        owner = self._owner()
        for line in difflib.ndiff(_source(owner).splitlines(), self._changed(owner).splitlines()):
            if line.startswith("- "):
                gone.append(line[2:].strip())
            elif line.startswith("+ "):
                come.append(line[2:].strip())
        return " ".join(gone), " ".join(come)

    def make(self) -> None:
        """Put the fault into the running program, for as long as the process lives. Raises `NotApplicable`."""
        source = self._changed(self._owner())
        try:
            whole = compile(source, str(self.module.path), "exec", dont_inherit=True)
        except SyntaxError as error:
            raise NotApplicable(self.place) from error
        code = next(constant for constant in whole.co_consts if isinstance(constant, CodeType))
        function = self.module.functions[self.function]
        if len(code.co_freevars) != len(function.__code__.co_freevars):
            raise NotApplicable(self.place)
        function.__code__ = code
        _put_defaults(function, source)

    def _owner(self) -> libcst.FunctionDef:
        owner = self.module.mutations[self.number].contained_by_top_level_function
        assert owner is not None
        return owner

    def _changed(self, owner: libcst.FunctionDef) -> str:
        mutation = self.module.mutations[self.number]
        changed = owner.deep_replace(mutation.original_node, mutation.mutated_node)
        assert isinstance(changed, libcst.FunctionDef)
        return _source(changed)


@frozen(kw_only=True)
class Table:
    """A table by a key of an enumeration: its module, its name, and the function that reads it.

    With `column` its rows have a field of that name, which is mutated; without, each row is a set.
    """

    module: str
    name: str
    function: str
    column: str = ""

    def get(self, key: Enum) -> frozenset[Enum] | Enum:
        """What the table has for a key: several members, or one."""
        row = self.rows[key]
        kept: frozenset[Enum] | Enum = getattr(row, self.column) if self.column else row
        return kept

    def put(self, key: Enum, value: frozenset[Enum] | Enum) -> None:
        """Let the table have this for a key."""
        self.rows[key] = evolve(self.rows[key], **{self.column: value}) if self.column else value

    @property
    def rows(self) -> dict[Enum, Any]:
        """The table as it runs."""
        rows = getattr(importlib.import_module(self.module), self.name)
        assert isinstance(rows, dict)
        return rows

    def members(self) -> Iterator[tuple[Enum, Enum]]:
        """Every key with every member that a fault can put there or take away."""
        kinds: dict[type[Enum], None] = {}
        for key in self.rows:
            kept = self.get(key)
            kinds |= dict.fromkeys(type(member) for member in (kept if isinstance(kept, frozenset) else {kept}))
        for key in self.rows:
            yield from ((key, member) for kind in kinds for member in kind if member not in (key, self.get(key)))


@frozen(eq=False)
class TableFault(Fault):
    """A fault in a table: an entry of a set too few or too many, or another value in place of one."""

    table: Table
    key: Enum
    member: Enum

    def change(self) -> tuple[str, str]:
        """What the table has, and what it has with the fault."""
        kept = self.table.get(self.key)
        name = f"{self.table.name}[{self.key.name}]{self.table.column and '.'}{self.table.column}"
        if not isinstance(kept, frozenset):
            return f"{name} = {kept.name}", f"{name} = {self.member.name}"
        return name, f"{name} {'without' if self.member in kept else 'with'} {self.member.name}"

    def make(self) -> None:
        """Put the fault into the table."""
        kept = self.table.get(self.key)
        self.table.put(self.key, kept ^ {self.member} if isinstance(kept, frozenset) else self.member)


@define(eq=False)
class Module:
    """A module's source without its decorators, and the faults that it can have."""

    name: str
    path: Path
    plain: str
    tree: libcst.Module
    mutations: list[Mutation]

    @classmethod
    def read(cls, name: str) -> "Module":
        """Read a module and find its faults."""
        path = path_of(name)
        plain = _without_decorators(path.read_text())
        tree, mutations, _, _ = create_mutations(str(path), plain)
        return cls(name, path, plain, tree, mutations)

    @cached_property
    def lines(self) -> list[str]:
        """The source's lines."""
        return self.plain.splitlines()

    @cached_property
    def functions(self) -> Mapping[str, FunctionType]:
        """The module's functions and methods as they run, by qualified name."""
        return dict(_functions(importlib.import_module(self.name)))

    def faults(self) -> Iterator[Fault]:
        """Every fault in a function that can be reached."""
        positions = MetadataWrapper(self.tree, unsafe_skip_copy=True).resolve(PositionProvider)
        names = {node: name for name, node in _nodes(self.tree.body, "")}
        for number, mutation in enumerate(self.mutations):
            owner = mutation.contained_by_top_level_function
            name = names.get(owner) if owner is not None else None
            place = positions.get(mutation.original_node)
            if name in self.functions and place is not None:
                yield Fault(self, number, str(name), place.start.line)

    def table_faults(self, table: Table) -> Iterator[Fault]:
        """Every fault in one of the module's tables."""
        line = next(number for number, text in enumerate(self.lines, 1) if text.startswith(table.name))
        for key, member in table.members():
            yield TableFault(self, -1, table.function, line, table, key, member)


def module_names(package: str) -> list[str]:
    """Every module of a package, those of packages below included."""
    root = importlib.import_module(package)
    below = pkgutil.walk_packages(root.__path__, f"{package}.")
    return sorted(found.name for found in below if not found.ispkg)


def path_of(name: str) -> Path:
    """The file of a module."""
    return Path(str(importlib.import_module(name).__file__))


def _without_decorators(source: str) -> str:
    """The source with functions' decorators as comments: mutmut leaves decorated functions out."""
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            for number in range(node.decorator_list[0].lineno - 1, node.lineno - 1):
                text = lines[number].lstrip()
                lines[number] = f"{lines[number][: len(lines[number]) - len(text)]}# {text}"
    return "".join(lines)


def _nodes(body: Any, within: str) -> Iterator[tuple[str, libcst.FunctionDef]]:
    for node in body:
        if isinstance(node, libcst.FunctionDef):
            yield within + node.name.value, node
        elif isinstance(node, libcst.ClassDef):
            yield from _nodes(node.body.body, f"{within}{node.name.value}.")


def _functions(module: Any) -> Iterator[tuple[str, FunctionType]]:
    for value in list(vars(module).values()):
        owner = value if isinstance(value, type) else None
        for found in list(vars(owner).values()) if owner else [value]:
            function = _bare(found)
            if function is not None and function.__module__ == module.__name__:
                yield function.__qualname__, function


def _bare(value: Any) -> FunctionType | None:
    """The function behind a property, a class method or a wrapper."""
    while value is not None and not isinstance(value, FunctionType):
        value = getattr(value, "fget", None) or getattr(value, "__func__", None) or getattr(value, "__wrapped__", None)
    bare = inspect.unwrap(value) if value is not None else None
    return bare if isinstance(bare, FunctionType) else None


def _source(function: libcst.FunctionDef) -> str:
    """A function by itself, without the class around it."""
    return libcst.Module([]).code_for_node(function)


def _put_defaults(function: FunctionType, source: str) -> None:
    """Give a function the defaults that its changed source has: they are no part of its code."""
    node = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))

    def value(default: ast.expr) -> Any:
        return eval(compile(ast.Expression(default), "<default>", "eval"), function.__globals__)

    names = [argument.arg for argument in node.args.kwonlyargs]
    try:
        if node.args.defaults:
            function.__defaults__ = tuple(map(value, node.args.defaults))
        by_name = zip(names, node.args.kw_defaults, strict=True)
        if kept := {name: value(default) for name, default in by_name if default is not None}:
            function.__kwdefaults__ = kept
    except Exception as error:
        raise NotApplicable(node.name) from error
