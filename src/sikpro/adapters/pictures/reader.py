"""Reads the barcodes of one picture, in this process: first as it is, then with more effort."""

import io
import unicodedata
import warnings
from collections.abc import Iterator, Sequence

from attrs import frozen
from PIL import Image, ImageChops, ImageFilter, ImageOps, UnidentifiedImageError
from zxingcpp import BarcodeFormat, BarcodeFormats, TextMode, read_barcodes

from sikpro.application.ports.barcodes import MOST_PIXELS, Barcode, PhotoReading, Refusal

KINDS = ("JPEG", "PNG", "WEBP")
"""The formats that are opened; Pillow's other decoders are never reached."""

_BARS = BarcodeFormats([BarcodeFormat.Code128, BarcodeFormat.Code39])
_MATRICES = BarcodeFormats([BarcodeFormat.QRCode, BarcodeFormat.DataMatrix])
"""The formats with an error correction of their own; Code 128 has a check digit, Code 39 nothing."""
_ALL = BarcodeFormats([*_BARS, *_MATRICES])

_MOST_BARCODES = 32
_LONGEST_TEXT = 1_000
_LEAST_TEXT = 4
"""A bar code with fewer characters is more likely a pattern in the picture than a code."""

_PLAIN_PIXELS = 16_000_000
"""A picture with more pixels is made smaller, while it is decoded where the format can."""
_EFFORT_PIXELS = 1_300_000
"""The pixels of the picture that is changed and read again; a whole large one would take a minute."""
_LARGE_PIXELS = 3_000_000
_SURROUNDINGS = 40
"""In pixels: more than the widest bar, less than a shadow."""
_SECOND_LOOKS = (1.5, 0.9)
"""The scales at which the parts of a bar code are read again."""
_ANGLES = (15, -15, 30, -30, 45, 8, -8, 22, -22, 38, -38)
"""In degrees. A bar code is found up to some 8° beside each; zxing-cpp itself turns by 90°."""


@frozen
class _Found:
    """A barcode in a picture, and the box around its place."""

    text: str
    format: BarcodeFormat
    box: tuple[int, int, int, int]


def read_photo(content: bytes) -> PhotoReading:
    """Return the barcodes of a picture. A picture that is too much for the memory raises `MemoryError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _opened(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, _TooManyPixels):
        return PhotoReading(refused=Refusal.TOO_MANY_PIXELS)
    except UnidentifiedImageError:
        return PhotoReading(refused=Refusal.NO_PICTURE)
    except MemoryError:
        raise
    except Exception:  # Pillow's decoders raise many kinds of errors for broken pictures; which one is no matter
        return PhotoReading(refused=Refusal.BROKEN)
    return PhotoReading(barcodes=_barcodes(picture))


class _TooManyPixels(Exception):
    """The header of a picture names more pixels than are decoded."""


def _opened(content: bytes) -> Image.Image:
    """Return the picture in grey and upright. Its header is checked before a pixel is decoded."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=KINDS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise _TooManyPixels
        scale = (_PLAIN_PIXELS / (width * height)) ** 0.5
        if scale < 1:
            picture.draft("L", (int(width * scale), int(height * scale)))
        grey = _grey(picture)
        orientation = picture.getexif().get(_ORIENTATION)
    turn = _TURNS.get(orientation or 1)
    return _within(grey if turn is None else grey.transpose(turn), _PLAIN_PIXELS)


_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the value of the EXIF tag."""


def _grey(picture: Image.Image) -> Image.Image:
    """Return a picture in grey; what is transparent becomes white paper."""
    if picture.has_transparency_data:
        ink = picture.convert("RGBA")
        paper = Image.new("L", ink.size, 255)
        paper.paste(ink.convert("L"), mask=ink.getchannel("A"))
        return paper
    return picture.convert("L")


def _within(picture: Image.Image, pixels: int) -> Image.Image:
    """Return a picture of at most so many pixels."""
    scale = (pixels / (picture.width * picture.height)) ** 0.5
    if scale >= 1:
        return picture
    return picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))), reducing_gap=2.0)


def _barcodes(picture: Image.Image) -> tuple[Barcode, ...]:
    """Return the barcodes: sure ones from the picture as it is, others if only a changed picture shows them."""
    plain = _found(picture, inverted=True)
    texts = {found.text for found in plain}
    sure = {found.text for found in plain if _is_sure(picture, found, texts)}
    if not texts:
        for changed in _changed(picture):
            texts |= {found.text for found in _found(changed)}
            if texts:
                break
    ordered = sorted((Barcode(text, text in sure) for text in texts), key=lambda one: (not one.sure, one.text))
    return tuple(ordered[:_MOST_BARCODES])


def _is_sure(picture: Image.Image, found: _Found, texts: set[str]) -> bool:
    """Return whether a barcode of the picture as it is needs no question: its format notices errors, and so do we."""
    if found.format is BarcodeFormat.Code128:
        alike = any(_alike(found.text, other) for other in texts - {found.text})
        return not alike and _second_look(picture, found, texts)
    return found.format in _MATRICES


def _alike(one: str, other: str) -> bool:
    """Return whether two texts may be two readings of the same bars."""
    same = sum(left == right for left, right in zip(one, other, strict=False))
    return len(one) == len(other) and same > len(one) // 2


def _second_look(picture: Image.Image, found: _Found, texts: set[str]) -> bool:
    """Return whether the parts above and below the line that read a bar code both read it again, and nothing else.

    A scratch or grain that makes one line wrong is not the same in the other part. `texts` are the picture's barcodes.
    """
    left, top, right, bottom = found.box
    margin = max(right - left, bottom - top) // 6 + 8
    left, right = max(0, left - margin), min(picture.width, right + margin)
    above, below = max(0, top - margin), min(picture.height, bottom + margin)
    middle = (top + bottom) // 2
    whole = _read_bars(picture, (left, above, right, below), (0.8,))
    upper = _read_bars(picture, (left, above, right, middle), _SECOND_LOOKS)
    lower = _read_bars(picture, (left, middle, right, below), _SECOND_LOOKS)
    return found.text in upper & lower and (whole | upper | lower) <= texts


def _read_bars(picture: Image.Image, box: tuple[int, int, int, int], scales: Sequence[float]) -> set[str]:
    """Return what the bar codes in a part of a picture say at any of the scales."""
    if box[1] >= box[3]:
        return set()
    part = picture.crop(box)
    return {one.text for scale in scales for one in _found(_scaled(part, scale), _BARS, inverted=True)}


def _changed(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture with more contrast, without its grain, sharpened, without its shadows, larger, and turned."""
    clear = ImageOps.autocontrast(_within(picture, _EFFORT_PIXELS), cutoff=1)
    smooth = clear.filter(ImageFilter.MedianFilter(3))
    yield clear
    yield smooth
    yield clear.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=2))
    yield _even(clear)
    large = _within(_scaled(clear, 2.0), _LARGE_PIXELS)
    yield large.filter(ImageFilter.UnsharpMask(radius=5, percent=300, threshold=2))
    for better in (clear, smooth):
        for angle in _ANGLES:
            yield _turned(better, angle)


def _even(picture: Image.Image) -> Image.Image:
    """Return the picture with the same light everywhere: the difference from its surroundings, with more contrast."""
    around = picture.filter(ImageFilter.BoxBlur(_SURROUNDINGS))
    return ImageOps.autocontrast(ImageChops.subtract(picture, around, 0.25, 128), cutoff=1)


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.BICUBIC)


def _turned(picture: Image.Image, angle: float) -> Image.Image:
    return picture.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=128)


def _found(picture: Image.Image, formats: BarcodeFormats = _ALL, *, inverted: bool = False) -> list[_Found]:
    """Return the barcodes of a picture with their cleaned texts; `inverted` also finds light ones on dark."""
    found = []
    for one in read_barcodes(picture, formats=formats, text_mode=TextMode.Plain, try_invert=inverted):
        text = _clean(one.text)
        if text and (one.symbology in _MATRICES or len(text) >= _LEAST_TEXT):
            place = one.position
            corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
            across, down = [corner.x for corner in corners], [corner.y for corner in corners]
            found.append(_Found(text, one.symbology, (min(across), min(down), max(across), max(down))))
    return found


def _clean(text: str) -> str:
    """Return a text without control characters, with single blanks, of a bounded length."""
    plain = "".join(" " if unicodedata.category(each) in _NO_TEXT else each for each in text[:_LONGEST_TEXT])
    return " ".join(plain.split())


_NO_TEXT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
