"""Pictures of modem labels, drawn for the tests, and what a camera does to them."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import cast

import zxingcpp
from attrs import evolve, frozen
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

PAPER = 235
"""The grey of a label."""

CODE_128 = zxingcpp.BarcodeFormat.Code128
CODE_39 = zxingcpp.BarcodeFormat.Code39
QR = zxingcpp.BarcodeFormat.QRCode
DATA_MATRIX = zxingcpp.BarcodeFormat.DataMatrix
LINEAR = {CODE_128, CODE_39}


@frozen
class Printed:
    """A barcode on a label and the words before it."""

    text: str
    format: zxingcpp.BarcodeFormat = CODE_128
    caption: str = "SN"


def serial(random: Random) -> str:
    """A serial number as modems have it."""
    return random.choice(("ZTEG", "HWTC", "ALCL", "FHTT")) + "".join(random.choices("0123456789ABCDEF", k=8))


def label(printed: Sequence[Printed], module: int = 3) -> Image.Image:
    """Draw a label; `module` is the width of the narrowest bar in pixels."""
    font = ImageFont.load_default(size=10 + 4 * module)
    bars = [_bars(one, module) for one in printed]
    width = max(bar.width for bar in bars) + 40 * module
    height = sum(bar.height + 20 * module for bar in bars) + 20 * module
    drawn = Image.new("L", (width, height), PAPER)
    pen = ImageDraw.Draw(drawn)
    top = 8 * module
    for one, bar in zip(printed, bars, strict=True):
        pen.text((20 * module, top), f"{one.caption}: {one.text}", fill=20, font=font)
        drawn.paste(bar, (20 * module, top + 10 * module))
        top += bar.height + 20 * module
    return drawn


def _bars(one: Printed, module: int) -> Image.Image:
    barcode = zxingcpp.create_barcode(one.text, one.format)
    view = memoryview(cast(bytes, zxingcpp.write_barcode_to_image(barcode, scale=module)))
    height, width = view.shape or ()
    bars = Image.frombytes("L", (width, height), view.tobytes())
    bars = bars.point([20 + (PAPER - 20) * level // 255 for level in range(256)])
    return bars.resize((width, 22 * module)) if one.format in LINEAR else bars


def scene(drawn: Image.Image, size: tuple[int, int], random: Random, background: int = 120) -> Image.Image:
    """Lay a label somewhere on an uneven surface."""
    surface = _grain((size[0] // 8 + 1, size[1] // 8 + 1), random, 40, around=background)
    surface = surface.resize(size, Image.Resampling.BICUBIC)
    room = max(size[0] - drawn.width, 0), max(size[1] - drawn.height, 0)
    surface.paste(drawn, (random.randint(0, room[0]), random.randint(0, room[1])))
    return surface


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    """Turn a picture and keep all of it."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=120)


def skewed(picture: Image.Image, random: Random, by: float) -> Image.Image:
    """See a picture at an angle: each corner moves by up to `by` of the side."""
    width, height = picture.size
    margin = int(max(width, height) * by) + 1
    wide = Image.new("L", (width + 2 * margin, height + 2 * margin), 120)
    wide.paste(picture, (margin, margin))
    corners = [(margin, margin), (margin + width, margin), (margin + width, margin + height), (margin, margin + height)]
    moved = [(x + random.uniform(-by, by) * width, y + random.uniform(-by, by) * height) for x, y in corners]
    return wide.transform(
        wide.size, Image.Transform.PERSPECTIVE, _perspective(moved, corners), Image.Resampling.BICUBIC, fillcolor=120
    )


def _perspective(seen: Sequence[tuple[float, float]], flat: Sequence[tuple[float, float]]) -> list[float]:
    """Solve the eight numbers that lead from each corner that is seen to its flat corner (Gauss)."""
    rows = []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column:
                factor = rows[row][column]
                rows[row] = [value - factor * base for value, base in zip(rows[row], rows[column], strict=True)]
    return [row[8] for row in rows]


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    """A picture out of focus; `radius` in pixels."""
    return picture.filter(ImageFilter.GaussianBlur(radius))


def dim(picture: Image.Image, random: Random, *, brightness: float, contrast: float, grain: float = 6) -> Image.Image:
    """A picture in poor light, with the grain that a sensor adds, in levels of grey."""
    dark = ImageEnhance.Brightness(ImageEnhance.Contrast(picture).enhance(contrast)).enhance(brightness)
    return ImageChops.add(dark, _grain(picture.size, random, grain, around=128), 1, -128)


def _grain(size: tuple[int, int], random: Random, spread: float, around: int) -> Image.Image:
    levels = [round(around + (level - 127.5) / 127.5 * spread) for level in range(256)]
    return Image.frombytes("L", size, random.randbytes(size[0] * size[1])).point(levels)


def shaded(picture: Image.Image, darkest: float) -> Image.Image:
    """A picture with a shadow that grows from left to right."""
    shadow = Image.linear_gradient("L").rotate(90).resize(picture.size)
    low = int(255 * darkest)
    return ImageChops.multiply(picture, shadow.point([low + (255 - low) * level // 255 for level in range(256)]))


def jpeg(picture: Image.Image, quality: int = 85, orientation: int = 1) -> bytes:
    """The picture as JPEG; `orientation` is that of EXIF, 1 for upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def encoded(picture: Image.Image, kind: str) -> bytes:
    """The picture in another format."""
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def label_photo(kind: str, seed: int) -> tuple[tuple[str, ...], bytes]:
    """Make a photo of a kind of `PHOTOS`; return the texts of its barcodes, the serial first, and the picture."""
    random = Random(f"{kind} {seed}")
    printed, picture = PHOTOS[kind](random)
    quality = random.randint(10, 25) if kind == "poor JPEG" else random.choice((60, 75, 90))
    orientation = seed % 8 + 1 if kind == "turned by EXIF" else 1
    if back := _STORED.get(orientation):
        picture = picture.transpose(back)
    return tuple(one.text for one in printed), jpeg(picture, quality, orientation)


Drawn = tuple[Sequence[Printed], Image.Image]


def _codes(random: Random, count: int = 1) -> list[Printed]:
    address = "".join(random.choices("0123456789ABCDEF", k=12))
    product = f"F6{random.randint(10_000, 99_999)}"
    return [Printed(serial(random)), Printed(address, caption="MAC"), Printed(product, CODE_39, "ID")][:count]


def _laid(random: Random, count: int = 1, size: tuple[int, int] = (1280, 960), module: int = 0) -> Drawn:
    printed = _codes(random, count)
    return printed, scene(label(printed, module or random.choice((2, 3, 4))), size, random)


def _upright(random: Random) -> Drawn:
    return _laid(random)


def _small(random: Random) -> Drawn:
    return _laid(random, size=(4000, 3000), module=2)


def _three(random: Random) -> Drawn:
    printed, picture = _laid(random, 3, (1280, 1100), random.choice((2, 3)))
    return printed, turned(picture, random.uniform(-6, 6))


def _turned(random: Random) -> Drawn:
    printed, picture = _laid(random, random.choice((1, 2)), (1000, 760))
    return printed, turned(picture, random.uniform(0, 360))


def _blurred(random: Random) -> Drawn:
    module = random.choice((2, 3, 4))
    printed, picture = _laid(random, module=module)
    return printed, blurred(picture, module * random.uniform(0.3, 0.65))


def _dim(random: Random) -> Drawn:
    printed, picture = _laid(random)
    light = {"brightness": random.uniform(0.2, 0.5), "contrast": random.uniform(0.35, 0.8)}
    return printed, dim(picture, random, **light, grain=random.uniform(2, 8))


def _shaded(random: Random) -> Drawn:
    printed, picture = _laid(random, 2)
    return printed, shaded(picture, random.uniform(0.2, 0.5))


def _skewed(random: Random) -> Drawn:
    printed = _codes(random, 2)
    return printed, skewed(label(printed, random.choice((2, 3, 4))), random, random.uniform(0.05, 0.12))


def _matrix(form: zxingcpp.BarcodeFormat) -> Callable[[Random], Drawn]:
    def drawn(random: Random) -> Drawn:
        printed = [Printed(serial(random), form)]
        picture = scene(label(printed, random.choice((4, 6, 8))), (1000, 800), random)
        return printed, turned(picture, random.uniform(0, 360))

    return drawn


def _code_39(random: Random) -> Drawn:
    printed = [Printed(serial(random), CODE_39)]
    return printed, turned(scene(label(printed, 2), (1280, 960), random), random.uniform(-8, 8))


PHOTOS: dict[str, Callable[[Random], Drawn]] = {
    "upright": _upright,
    "small in a large photo": _small,
    "three barcodes": _three,
    "turned": _turned,
    "blurred": _blurred,
    "dim": _dim,
    "shaded": _shaded,
    "skewed": _skewed,
    "QR": _matrix(QR),
    "Data Matrix": _matrix(DATA_MATRIX),
    "Code 39": _code_39,
    "poor JPEG": _upright,
    "turned by EXIF": _upright,
}
"""Each kind of photo, as a function that draws one."""

_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera stores an upright picture with each value of the EXIF tag."""


def scratched(seed: int) -> tuple[set[str], bytes]:
    """Make a photo of a label with scratches, out of focus, grainy or turned; return its texts and the picture."""
    random = Random(seed)
    printed = _codes(random, 3)
    if seed % 2:
        printed = [evolve(one, format=CODE_39) for one in printed]
    picture = label(printed, random.choice((2, 3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(random.randint(1, 6)):
        x, y, width = random.randrange(picture.width), random.randrange(picture.height), random.randint(1, 14)
        end = x + random.randint(-200, 200), y + random.randint(-300, 300)
        pen.line((x, y, *end), fill=random.choice((20, PAPER, 128)), width=width)
    if random.random() < 0.5:
        picture = blurred(picture, random.uniform(0.5, 2.2))
    if random.random() < 0.5:
        light = {"brightness": random.uniform(0.2, 0.8), "contrast": random.uniform(0.3, 0.9)}
        picture = dim(picture, random, **light, grain=random.uniform(2, 20))
    if random.random() < 0.5:
        picture = turned(picture, random.uniform(-9, 9))
    return {one.text for one in printed}, jpeg(picture, random.randint(15, 80))


def png_header(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG in RGB that says how large it is; `body` is its packed data, if any."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", size)
        + part(b"IDAT", body or zlib.compress(bytes(99)))
        + part(b"IEND", b"")
    )
