"""The template engine: escapes all values without a needless copy of each, and refuses undefined names."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.nodes import Expr
from jinja2.runtime import Context
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # C, or Python without it

from sikpro.adapters.web.site.assets import icon, static
from sikpro.application.i18n import Words
from sikpro.domain.phase import Phase

TEMPLATES = Path(__file__).parent.parent / "templates"


def shown(value: object) -> str:
    """Return a value as HTML, as `escape` does; a page joins three thousand of them and needs no `Markup` of each.

    >>> shown("<b>"), shown(Markup("<b>")), shown(5)
    ('&lt;b&gt;', Markup('<b>'), '5')
    """
    kind = type(value)
    if kind is str:
        escaped: str = _escape_inner(str(value))
        return escaped
    if kind is Markup:
        return value  # type: ignore[return-value]  # `Markup` is a `str`
    return str(value) if kind is int else escape(value)


_PLAIN = frozenset({Words, MethodType, FunctionType, type(icon)})
"""The types of what templates call that wants nothing of the template: no function of ours is a `pass_context`."""


class _Escaping(CodeGenerator):
    """Writes `shown(…)` where Jinja writes `escape(…)` around the values of a template."""

    def _output_child_pre(self, node: Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


PARTS = "site/parts.html"
"""The template of the macros that all pages share: they read `t` and `visit`, which a page has once."""


class _Template(Template):
    """Makes the shared macros once for a page, not once for each template of the page that imports them."""

    def make_module(self, *given: Any, **named: Any) -> TemplateModule:
        """Return the macros; `made_parts` of a page keeps them."""
        values: Mapping[str, Any] = given[0] if given else {}
        if self.name != PARTS or "made_parts" not in values:
            return super().make_module(*given, **named)
        made: dict[str, TemplateModule] = values["made_parts"]
        if PARTS not in made:
            made[PARTS] = super().make_module({"t": values["t"], "visit": values["visit"]})
        return made[PARTS]


class _Environment(Environment):
    """`call` is what Jinja's sandbox has for its checks: it skips the search for what templates never call."""

    code_generator_class = _Escaping
    template_class = _Template
    shown = staticmethod(shown)
    sandboxed = True
    intercepted_binops: frozenset[str] = frozenset()
    intercepted_unops: frozenset[str] = frozenset()

    @staticmethod
    def call(
        context: Context, called: Any, *given: Any, _block_vars: Any = None, _loop_vars: Any = None, **named: Any
    ) -> Any:
        """Call a value of a template: sentences and plain functions at once, macros as Jinja does."""
        if type(called) in _PLAIN:
            return called(*given, **named)
        return context.call(called, *given, _block_vars=_block_vars, _loop_vars=_loop_vars, **named)


@lru_cache(200)
def options(choices: tuple[tuple[str, str], ...], chosen: str = "") -> Markup:
    """Return the `<option>` elements of choices (value and name), made once for the same ones."""
    parts = (
        f'<option value="{shown(value)}"{" selected" if value == chosen else ""}>{shown(name)}</option>'
        for value, name in choices
    )
    return Markup("".join(parts))  # nosec B704  # `shown` escapes both


def environment() -> Environment:
    """Return the template engine: it escapes all values and refuses undefined names."""
    engine = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    engine.globals |= {
        "icon": icon,
        "static": static,
        "options": options,
        "timedelta": timedelta,
        "PHASES": tuple(Phase),
    }
    return engine
