"""The visual language is what docs/design.md says: its colours can be read in both themes, its parts are there."""

import re
from pathlib import Path

import pytest

from sikpro.domain.phase import Phase

ROOT = Path(__file__).parents[3]
TOKENS = (ROOT / "src/sikpro/adapters/web/static/site/tokens.css").read_text("utf-8")
CONSOLE = (ROOT / "src/sikpro/adapters/web/static/site/console.css").read_text("utf-8")
PARTS = (ROOT / "src/sikpro/adapters/web/templates/site/parts.html").read_text("utf-8")
DESIGN = (ROOT / "docs/design.md").read_text("utf-8")

COLOURS = {
    name: values for name, *values in re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
PHASES = ("waiting", "in-progress", "held-up", "completed", "cancelled")
TEXT_ON = [
    *(("text", ground) for ground in ("ground", "surface", "raised", "sunken")),
    *(("muted", ground) for ground in ("ground", "surface", "sunken")),
    *(("accent", ground) for ground in ("ground", "surface", "accent-tint")),
    ("on-accent", "accent"),
    ("rail-text", "rail"),
    ("rail-text", "rail-active"),
    *((phase, f"{phase}-tint") for phase in PHASES),
    *((phase, "surface") for phase in PHASES),
]
EDGES = [("line-strong", "surface"), ("line-strong", "ground"), ("focus", "surface"), ("focus", "ground")]


@pytest.mark.parametrize("phase", Phase)
def test_each_phase_has_an_icon_and_a_colour_that_are_there(phase: Phase) -> None:
    icons = ROOT / "src/sikpro/adapters/web/static/vendor/tabler-icons"
    assert (icons / f"{phase.rule.icon}.svg").exists()
    assert phase.rule.tone.replace("_", "-") in PHASES
    styled = {f".slice.{phase.rule.tone}", f".swatch.{phase.rule.tone}", f".story .{phase.rule.tone}"}
    assert {rule for rule in styled if rule not in CONSOLE} == set()


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    lighter, darker = sorted((luminance(COLOURS[name][theme]) for name in (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_the_edge_of_what_can_be_used_and_the_focus_can_be_seen(edge: str, ground: str, theme: int) -> None:
    assert contrast(edge, ground, theme) >= 3


def test_the_design_page_gives_each_pairs_contrast_as_it_is() -> None:
    rows = re.findall(r"\| `([a-z-]+)` on `([a-z-]+)` \| ([\d.]+) \| ([\d.]+) \|", DESIGN)
    told = {(text, ground): (float(light), float(dark)) for text, ground, light, dark in rows}
    measured = {
        (text, ground): tuple(round(contrast(text, ground, theme), 1) for theme in (0, 1))
        for text, ground in [*TEXT_ON, *EDGES]
    }
    assert told == measured


def test_the_design_page_names_every_part() -> None:
    parts = {name for name in re.findall(r"\{% macro ([a-z_]+)\(", PARTS) if not name.startswith("_")}
    assert {name for name in parts if f"`{name}`" not in DESIGN} == set()
