"""A drawing in SVG whose texts are measured: they are wrapped between words, and never reach over their place."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from attrs import define, field, frozen

from sikpro.application.ports.pictures import PictureMaker

WIDTH, HEIGHT = 840, 1188
"""A4 in quarters of a millimetre."""

INK, MUTED, LINE, PALE = "#17212b", "#4f5b67", "#d5dae0", "#eef1f4"
BLUE, GREEN, RED, GREY, DEEP = "#2f7fc8", "#2e8b57", "#b3233f", "#8d97a3", "#0b5f8a"

_LEAST_SIZE = 5.0


@frozen
class Span:
    """A piece of a running text."""

    text: str
    bold: bool = False


@define
class Canvas:
    """The elements drawn so far, and how texts are measured."""

    pictures: PictureMaker
    parts: list[str] = field(factory=list[str])

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a text is."""
        return self.pictures.text_width(text, size, bold=bold)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11,
        bold: bool = False,
        colour: str = INK,
        anchor: str = "start",
        room: float | None = None,
        data: Mapping[str, str] | None = None,
    ) -> float:
        """Draw a line of text with its foot at `y`, made to fit into `room`. Return its width."""
        if room is not None:
            text, size = self.fitted(text, room, size, bold=bold)
        given = {"x": _n(x), "y": _n(y), "font-size": _n(size), "fill": colour}
        if bold:
            given["font-weight"] = "bold"
        if anchor != "start":
            given["text-anchor"] = anchor
        marks = {f"data-{name}": value for name, value in (data or {}).items()}
        self._put("text", {**given, **marks}, text)
        return self.width(text, size, bold=bold)

    def fitted(self, text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, float]:
        """Return a text that fits, and its size: whole words are left out at the end, a single long word is smaller."""
        words = text.split()
        shown = " ".join(words)
        while len(words) > 1 and self.width(shown, size, bold=bold) > room:
            words.pop()
            shown = " ".join(words).rstrip(" ·,;:–-(") + " …"
        wide = self.width(shown, size, bold=bold)
        return shown, size if wide <= room else max(size * room / wide, _LEAST_SIZE)

    def wrapped(self, text: str, room: float, size: float, *, bold: bool = False, most: int = 99) -> list[str]:
        """Return a text in lines between words; the last of `most` lines is made to fit."""
        lines = [" ".join(one.text for one in line) for line in self.lines([Span(text, bold)], room, size)]
        if len(lines) > most:
            rest = " ".join(lines[most - 1 :])
            lines = [*lines[: most - 1], self.fitted(rest, room, size, bold=bold)[0]]
        return lines

    def lines(self, spans: Sequence[Span], room: float, size: float) -> list[list[Span]]:
        """Return a running text in lines, one span for each word."""
        found, line, used = list[list[Span]](), list[Span](), 0.0
        for word in _words(spans):
            wide = self.width(word.text, size, bold=word.bold)
            gap = self.width(" ", size, bold=word.bold) if line else 0
            if line and used + gap + wide > room:
                found.append(line)
                line, used, gap = [], 0.0, 0
            line.append(word)
            used += gap + wide
        return [*found, line] if line else found

    def running(self, x: float, y: float, lines: Sequence[Sequence[Span]], size: float, room: float) -> None:
        """Draw lines of a running text, the first with its foot at `y`."""
        for row, line in enumerate(lines):
            at = x
            for bold, text in _joined(line):
                at += self.text(at, y + row * size * 1.38, text, size=size, bold=bold, room=x + room - at + 0.5)
                at += self.width(" ", size, bold=bold)

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, round_by: float = 0, edge: str = ""
    ) -> None:
        """Draw a rectangle; nothing if it has no extent."""
        if width <= 0 or height <= 0:
            return
        given = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height), "fill": fill}
        if round_by:
            given["rx"] = _n(round_by)
        if edge:
            given |= {"stroke": edge, "stroke-width": "1"}
        self._put("rect", given)

    def line(
        self, x: float, y: float, to_x: float, to_y: float, colour: str = LINE, *, width: float = 1, dash: str = ""
    ) -> None:
        """Draw a line."""
        given = {"x1": _n(x), "y1": _n(y), "x2": _n(to_x), "y2": _n(to_y), "stroke": colour, "stroke-width": _n(width)}
        self._put("line", given | ({"stroke-dasharray": dash} if dash else {}))

    def path(self, points: Sequence[tuple[float, float]], colour: str, *, width: float = 1.8, dash: str = "") -> None:
        """Draw a line through points."""
        if len(points) < 2:
            return
        given = {"points": _points(points), "fill": "none", "stroke": colour, "stroke-width": _n(width)}
        self._put("polyline", given | ({"stroke-dasharray": dash} if dash else {}))

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """Fill the area between points."""
        if len(points) > 2:
            self._put("polygon", {"points": _points(points), "fill": fill})

    def dot(self, x: float, y: float, radius: float, fill: str, *, edge: str = "") -> None:
        """Draw a circle."""
        given = {"cx": _n(x), "cy": _n(y), "r": _n(radius), "fill": fill}
        self._put("circle", given | ({"stroke": edge, "stroke-width": "1.6"} if edge else {}))

    def svg(self, title: str, language: str) -> str:
        """Return the whole drawing."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="210mm" height="297mm" '
            f'font-family="DejaVu Sans, Verdana, sans-serif" lang="{escape(language)}" role="group" '
            f'aria-label="{escape(title)}">'
        )
        return "".join((head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *self.parts, "</svg>"))

    def _put(self, name: str, attributes: Mapping[str, str], text: str = "") -> None:
        given = "".join(f' {key}="{escape(_legal(value))}"' for key, value in attributes.items())
        self.parts.append(f"<{name}{given}>{escape(_legal(text))}</{name}>" if text else f"<{name}{given}/>")


def _words(spans: Sequence[Span]) -> Iterator[Span]:
    for span in spans:
        for word in span.text.split(" "):
            if word.strip():
                yield Span(word.strip(), span.bold)


def _joined(line: Sequence[Span]) -> Iterator[tuple[bool, str]]:
    """Yield the words of a line that stand together in one weight."""
    held = list[str]()
    for number, word in enumerate(line):
        held.append(word.text)
        if number + 1 == len(line) or line[number + 1].bold != word.bold:
            yield word.bold, " ".join(held)
            held = []


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _legal(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return "".join(one for one in text if one in "\t\n" or (ord(one) >= 32 and one not in "\ufffe\uffff"))
