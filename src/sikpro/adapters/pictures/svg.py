"""Draws SVG as PNG with resvg, and measures texts with Pillow; both read the vendored fonts and no others."""

from functools import lru_cache
from pathlib import Path

import resvg_py
from attrs import frozen
from PIL import ImageFont

FAMILY = "DejaVu Sans"

_MEASURED = 200
"""Texts are measured at this size, so that hinting does not round their letters."""


@frozen
class ResvgPictures:
    """`PictureMaker` with the fonts of a folder."""

    fonts: Path

    def text_width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        return _font(self._path(bold=bold)).getlength(text) * size / _MEASURED

    def png(self, svg: str, width: int) -> bytes:
        """Return a drawing as PNG."""
        return resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            dpi=96,  # its default of 0 has no size for millimetres
            background="#ffffff",
            skip_system_fonts=True,
            font_files=[str(self._path(bold=bold)) for bold in (False, True)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )

    def _path(self, *, bold: bool) -> Path:
        return self.fonts / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=4)
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, _MEASURED, layout_engine=ImageFont.Layout.BASIC)
