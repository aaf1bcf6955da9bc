"""What a camera wrote beside a picture does not leave with it; the picture does."""

import io
import struct
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sikpro.adapters.web.orders.picture_metadata import without_metadata

SECRETS = b"NIKON-7", b"-7.4478", b"geheim", b"xmpmeta"


def picture(kind: str, **more: Any) -> bytes:
    """A small picture with camera, place and notes in it, lying on its side."""
    exif = Image.Exif()
    exif[0x0110] = "NIKON-7"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[29] = "-7.4478"
    image = Image.effect_noise((40, 30), 90).convert("RGB")
    notes = PngInfo()
    notes.add_text("Comment", "geheim")
    kinds: dict[str, dict[str, Any]] = {
        "png": {"pnginfo": notes},
        "jpeg": {"comment": b"geheim"},
        "gif": {"comment": b"geheim"},
    }
    given = kinds.get(kind, {})
    if kind != "gif":
        given |= {"exif": exif}
    if kind in {"jpeg", "webp", "avif"}:
        given |= {"xmp": b"<x:xmpmeta/>"}
    file = io.BytesIO()
    image.save(file, kind, **(given | more))
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("jpeg", {}),
        ("jpeg", {"progressive": True}),
        ("png", {}),
        ("webp", {}),
        ("webp", {"lossless": True}),
        ("gif", {}),
        ("avif", {}),
    ],
)
def test_a_picture_loses_what_was_written_beside_it_and_looks_the_same(kind: str, more: dict[str, Any]) -> None:
    before = picture(kind, **more)
    assert any(secret in before for secret in SECRETS)
    behind = b"geheim: a film behind the picture"
    if kind == "avif":
        behind = struct.pack(">I4s", 8 + len(behind), b"uuid") + behind
    after = without_metadata(before + behind, f"image/{kind}")
    assert after is not None
    assert [secret for secret in SECRETS if secret in after] == []
    assert opened(after).convert("RGB").tobytes() == opened(before).convert("RGB").tobytes()
    assert without_metadata(after, f"image/{kind}") == after


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_which_side_is_up_stays(kind: str) -> None:
    after = without_metadata(picture(kind), f"image/{kind}")
    assert after is not None
    assert dict(opened(after).getexif()) == {0x0112: 6}


def test_an_animation_and_its_turns_stay() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:], loop=3, duration=200, comment=b"geheim")
    after = without_metadata(file.getvalue(), "image/gif")
    assert after is not None
    image = opened(after)
    assert (getattr(image, "n_frames", 0), image.info["loop"], image.info["duration"]) == (3, 3, 200)
    assert b"geheim" not in after


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "avif"])
def test_a_file_that_is_cut_anywhere_is_taken_apart_or_given_up_and_nothing_else(kind: str) -> None:
    whole = picture(kind)
    for length in range(0, len(whole), 7):
        after = without_metadata(whole[:length], f"image/{kind}")
        assert after is None or not any(secret in after for secret in SECRETS)
    assert without_metadata(b"<svg/>", "image/svg+xml") is None
