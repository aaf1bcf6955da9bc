"""The template engine: escapes all values without a needless copy of each, and refuses undefined names."""

from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.compiler import CodeGenerator
from jinja2.nodes import Expr
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]  # C, or Python without it

from sikpro.adapters.web.site.assets import icon, static
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


class _Escaping(CodeGenerator):
    """Writes `shown(…)` where Jinja writes `escape(…)` around the values of a template."""

    def _output_child_pre(self, node: Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class _Environment(Environment):
    code_generator_class = _Escaping
    shown = staticmethod(shown)


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
