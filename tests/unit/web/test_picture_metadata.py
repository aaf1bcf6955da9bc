"""What a camera wrote beside a picture does not leave with it; the picture does."""

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
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
    notes_of = kinds.get(kind, {})
    if kind != "gif":
        notes_of |= {"exif": exif}
    if kind in {"jpeg", "webp", "avif"}:
        notes_of |= {"xmp": b"<x:xmpmeta/>"}
    file = io.BytesIO()
    image.save(file, kind, **(notes_of | more))
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


KINDS = ["jpeg", "png", "webp", "gif", "avif"]
WHOLE = {kind: picture(kind) for kind in KINDS}


@given(kind=st.sampled_from(KINDS), place=st.floats(0, 1), more=st.binary(max_size=40))
def test_bytes_that_got_into_a_picture_bring_out_nothing_that_was_written_beside_it(
    kind: str, place: float, more: bytes
) -> None:
    whole = WHOLE[kind]
    at = round(place * len(whole))
    after = without_metadata(whole[:at] + more + whole[at:], f"image/{kind}")
    assert after is None or not any(secret in after for secret in SECRETS)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


FRAME, SCAN = segment(0xC0, b"frame"), segment(0xDA, b"scan")


@pytest.mark.parametrize(
    "beside",
    [
        segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x02geheim"),
        segment(0xE0, b"JFXX\x00\x13geheim"),
        segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01geheim"),
        segment(0xF0, b"geheim"),
        segment(0xFD, b"geheim"),
        segment(0x02, b"geheim"),
    ],
)
def test_a_jpegs_small_picture_and_its_unknown_parts_do_not_leave(beside: bytes) -> None:
    after = without_metadata(b"\xff\xd8" + beside + FRAME + SCAN + b"data\xff\xd9geheim", "image/jpeg")
    assert after is not None
    assert after.endswith(FRAME + SCAN + b"data\xff\xd9")
    assert b"geheim" not in after


def test_a_jpegs_small_picture_goes_and_the_picture_still_opens() -> None:
    whole = WHOLE["jpeg"]
    (length,) = struct.unpack_from(">H", whole, 4)
    assert whole[6:10] == b"JFIF"
    small = segment(0xE0, whole[6:18] + b"\x01\x02geheim")
    after = without_metadata(whole[:2] + small + whole[4 + length :], "image/jpeg")
    assert after == without_metadata(whole, "image/jpeg")


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def test_what_is_written_beside_a_frame_of_a_film_does_not_leave_and_the_film_does() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(file, "webp", save_all=True, append_images=frames[1:])
    film = file.getvalue()
    at = film.index(b"ANMF")
    (length,) = struct.unpack_from("<I", film, at + 4)
    frame = film[at + 8 : at + 8 + length]
    assert length % 2 == 0
    body = film[8:at] + chunk(b"ANMF", frame + chunk(b"EXIF", b"geheim")) + film[at + 8 + length :]

    after = without_metadata(b"RIFF" + struct.pack("<I", len(body)) + body, "image/webp")

    assert after == film


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


def heif(
    *,
    name: bytes = b"",
    handler: bytes = b"",
    in_meta: bytes = b"",
    in_iprp: bytes = b"",
    in_ipco: bytes = b"",
    iloc: bytes = b"",
    behind: bytes = b"",
) -> bytes:
    """A HEIC file: item 1 is the picture, the 7 bytes that begin its data; item 2 is Exif."""

    def head(start: int) -> bytes:
        items = b"".join(
            box(b"infe", struct.pack(">IHH4s", 2 << 24, number, 0, kind) + name + b"\x00")
            for number, kind in ((1, b"hvc1"), (2, b"Exif"))
        )
        at = iloc or located(0x44, 1, struct.pack(">HHHHII", 1, 0, 0, 1, start, 7))
        meta = box(b"hdlr", bytes(8) + b"pict" + bytes(12) + handler + b"\x00") + box(b"pitm", bytes(5) + b"\x01")
        meta += box(b"iinf", bytes(5) + b"\x02" + items) + box(b"iloc", at)
        meta += box(b"iprp", box(b"ipco", box(b"ispe", bytes(12)) + in_ipco) + box(b"ipma", bytes(8)) + in_iprp)
        return box(b"ftyp", b"heic\x00\x00\x00\x00mif1") + box(b"meta", bytes(4) + meta + in_meta)

    return head(len(head(0)) + 8) + box(b"mdat", b"picture" + behind)


def located(sizes: int, count: int, items: bytes) -> bytes:
    """Where items lie; `sizes` has the widths of a place and of a length."""
    return struct.pack(">BxxxBxH", 1, sizes, count) + items


@pytest.mark.parametrize(
    "beside",
    [
        {"in_meta": box(b"xml ", b"\x00\x00\x00\x00geheim")},
        {"in_meta": box(b"bxml", b"\x00\x00\x00\x00geheim")},
        {"in_meta": box(b"uuid", bytes(16) + b"geheim")},
        {"in_meta": box(b"idat", b"geheim")},
        {"in_iprp": box(b"uuid", bytes(16) + b"geheim")},
        {"in_ipco": box(b"udes", b"\x00\x00\x00\x00id\x00geheim\x00\x00\x00")},
        {"in_ipco": box(b"uuid", bytes(16) + b"geheim")},
        {"name": b"geheim"},
        {"handler": b"geheim"},
        {"behind": b"geheim"},
    ],
)
def test_nothing_leaves_from_a_heic_file_but_its_picture(beside: dict[str, bytes]) -> None:
    before = heif(**beside)
    after = without_metadata(before, "image/heic")
    assert after is not None
    assert (len(after), b"geheim" in after) == (len(before), False)
    assert after.index(b"picture") == before.index(b"picture")
    assert all(after.count(kind) == before.count(kind) for kind in (b"hvc1", b"ispe", b"ipma", b"pict"))


LONG = 5_000_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8" + FRAME + SCAN + b"\xff" * LONG + b"\x00", "jpeg"),
        (heif(iloc=located(0, 10_000, struct.pack(">HHHH", 1, 0, 0, 65_535) * 10_000)), "heic"),
        (heif(iloc=located(0, 10_000, struct.pack(">HHHH", 2, 0, 0, 65_535) * 10_000)), "heic"),
        (
            heif(
                iloc=located(0x44, 1, struct.pack(">HHHH", 2, 0, 0, 20_000) + struct.pack(">II", 0, LONG) * 20_000),
                behind=bytes(LONG),
            ),
            "heic",
        ),
    ],
    ids=["a run of FF", "shown parts without width", "hidden parts without width", "parts on top of each other"],
)
def test_a_file_that_would_keep_the_server_busy_for_an_hour_does_not(content: bytes, kind: str) -> None:
    after = without_metadata(content, f"image/{kind}")
    assert after is None or len(after) == len(content)


def test_shown_parts_on_top_of_each_other_are_copied_once() -> None:
    """20,000 parts of 5 MB each would be 100 GB."""
    file = heif(iloc=located(0x44, 1, struct.pack(">HHHH", 1, 0, 0, 20_000) + bytes(160_000)), behind=bytes(LONG))
    parts = struct.pack(">II", file.index(b"picture"), LONG) * 20_000
    file = file.replace(bytes(160_000), parts, 1)
    assert file.count(parts) == 1
    after = without_metadata(file, "image/heic")
    assert after is not None
    assert b"picture" in after


@pytest.mark.parametrize("start", [0, 20], ids=["before the data", "in another box"])
def test_a_picture_that_is_said_to_lie_outside_the_data_is_given_up(start: int) -> None:
    file = heif(iloc=located(0x44, 1, struct.pack(">HHHHII", 1, 0, 0, 1, start, 7)))
    assert without_metadata(file, "image/heic") is None


@pytest.mark.parametrize(
    ("whole", "kind"),
    [
        (b"\xff\xd8" + FRAME + segment(0xDB, b"") * 200_000 + SCAN + b"\xff\xd9", "jpeg"),
        (b"GIF89a" + bytes(7) + b"\x21\xfe\x00" * 200_000 + b";", "gif"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s4x", 0, b"pHYs") * 200_000 + struct.pack(">I4s4x", 0, b"IEND"), "png"),
        (b"RIFF\xff\xff\xff\xffWEBP" + chunk(b"ALPH", b"") * 200_000, "webp"),
        (heif(in_meta=box(b"free", b"") * 200_000), "heic"),
    ],
    ids=["jpeg", "gif", "png", "webp", "heic"],
)
def test_a_file_of_countless_parts_is_given_up(whole: bytes, kind: str) -> None:
    assert without_metadata(whole, f"image/{kind}") is None
