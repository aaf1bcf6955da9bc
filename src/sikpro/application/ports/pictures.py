"""Pictures that are made without a browser: how wide a text is, and a drawing as pixels."""

from typing import Protocol


class PictureMaker(Protocol):
    """Measures texts and draws pictures, with the same fonts on every machine."""

    def text_width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a text is, in the unit of `size` (the height of its font)."""

    def png(self, svg: str, width: int) -> bytes:
        """Return an SVG drawing as a PNG of that many pixels across, on white."""
