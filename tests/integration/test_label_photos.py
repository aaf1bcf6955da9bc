"""Photos of labels: what is read, what is never read wrong, and pictures that are refused."""

import io
import zlib
from random import Random

import pytest
from PIL import Image

from sikpro.adapters.pictures.reader import read_photo
from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.testing.labels import (
    CODE_39,
    PHOTOS,
    QR,
    Printed,
    encoded,
    jpeg,
    label,
    label_photo,
    png_header,
    scratched,
)

SERIAL = "ZTEGC6754546"
GOOD = jpeg(label([Printed(SERIAL)]))


def wrong(reading: PhotoReading, texts: tuple[str, ...]) -> list[Barcode]:
    """The barcodes that are sure and not on the label."""
    return [one for one in reading.barcodes if one.sure and one.text not in texts]


@pytest.mark.parametrize("kind", sorted(PHOTOS.keys() - {"small in a large photo"}))
def test_a_label_is_read_from_each_kind_of_photo(kind: str) -> None:
    texts, content = label_photo(kind, 1)
    reading = read_photo(content)
    assert texts[0] in {one.text for one in reading.barcodes}
    assert wrong(reading, texts) == []


@pytest.mark.audit
def test_nineteen_of_twenty_labels_are_read_and_none_is_read_wrong_without_doubt() -> None:
    missed, mistaken, count = [], [], 0
    for kind in PHOTOS:
        for seed in range(12):
            texts, content = label_photo(kind, seed)
            reading = read_photo(content)
            count += 1
            if not set(texts) <= {one.text for one in reading.barcodes}:
                missed.append((kind, seed))
            mistaken += [(kind, seed, one) for one in wrong(reading, texts)]
    assert mistaken == []
    assert len(missed) <= count * 0.05, missed


def test_the_barcodes_of_a_clear_label_are_sure_and_in_order() -> None:
    printed = [Printed(SERIAL), Printed("0019C6AABBCC", caption="MAC"), Printed("HWTC081E3570", QR)]
    texts = sorted(one.text for one in printed)
    assert read_photo(jpeg(label(printed))).barcodes == tuple(Barcode(text, True) for text in texts)


def test_a_code_without_a_check_digit_is_never_sure_and_comes_last() -> None:
    printed = [Printed("ALCL039029A7", CODE_39), Printed(SERIAL)]
    assert read_photo(jpeg(label(printed))).barcodes == (Barcode(SERIAL, True), Barcode("ALCL039029A7", False))


def test_two_texts_that_may_be_two_readings_of_the_same_bars_are_not_sure() -> None:
    printed = [Printed(SERIAL), Printed("ZTEGC6754S46")]
    assert [one.sure for one in read_photo(jpeg(label(printed))).barcodes] == [False, False]


@pytest.mark.parametrize("seed", [273, 408, 440, 1461, 1609])
def test_a_scratched_label_that_one_look_reads_wrong_is_not_sure(seed: int) -> None:
    texts, content = scratched(seed)
    assert {one.text for one in read_photo(content).barcodes} - texts
    assert wrong(read_photo(content), tuple(texts)) == []


def test_the_same_barcode_twice_on_a_label_is_one() -> None:
    assert read_photo(jpeg(label([Printed(SERIAL), Printed(SERIAL)]))).barcodes == (Barcode(SERIAL, True),)


def test_what_only_a_changed_picture_shows_is_not_sure() -> None:
    texts, content = label_photo("turned", 1)
    assert read_photo(content).barcodes == tuple(Barcode(text, False) for text in sorted(texts))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_of_pictures_are_read_too(kind: str) -> None:
    assert read_photo(encoded(label([Printed(SERIAL)]), kind)).barcodes == (Barcode(SERIAL, True),)


def test_a_transparent_label_is_read_on_white() -> None:
    bars = label([Printed(SERIAL)])
    clear = Image.new("RGBA", bars.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=bars.point([255 - level for level in range(256)]))
    assert [one.text for one in read_photo(encoded(clear, "PNG")).barcodes] == [SERIAL]


def test_a_picture_without_a_barcode_is_read_and_has_none() -> None:
    assert read_photo(jpeg(Image.new("L", (640, 480), 128))) == PhotoReading()


def test_control_characters_of_a_barcode_do_not_reach_anybody() -> None:
    (one,) = read_photo(jpeg(label([Printed(f" {SERIAL}\x1d\n\u202e", QR)]))).barcodes
    assert one.text == SERIAL


def animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), (shade, 0, 0)) for shade in range(40)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


BOMB = png_header(6000, 6000, zlib.compress(bytes(6000 * (6000 * 3 + 1)), 9))

HOSTILE = {
    "a header of ten thousand million pixels": (png_header(100_000, 100_000), Refusal.TOO_MANY_PIXELS),
    "a header just above the limit": (png_header(8000, 5001), Refusal.TOO_MANY_PIXELS),
    "a broken JPEG": (GOOD[: len(GOOD) // 2], Refusal.BROKEN),
    "a broken PNG": (encoded(label([Printed(SERIAL)]), "PNG")[:-500], Refusal.BROKEN),
    "a PNG without its pixels": (png_header(500, 500), Refusal.BROKEN),
    "a text": (b"ini bukan foto " * 20, Refusal.NO_PICTURE),
    "nothing": (b"", Refusal.NO_PICTURE),
    "a beginning alone": (b"\xff\xd8\xff", Refusal.NO_PICTURE),
    "a GIF": (encoded(label([Printed(SERIAL)]), "GIF"), Refusal.NO_PICTURE),
    "a TIFF": (encoded(label([Printed(SERIAL)]), "TIFF"), Refusal.NO_PICTURE),
    "a packed picture of one colour": (BOMB, None),
    "an animation": (animation(), None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused_or_has_no_barcode(name: str) -> None:
    content, refused = HOSTILE[name]
    assert read_photo(content) == PhotoReading(refused=refused)


@pytest.mark.parametrize("seed", range(20))
def test_bytes_of_chance_in_a_picture_raise_nothing(seed: int) -> None:
    random = Random(seed)
    content = bytearray(GOOD)
    for _ in range(30):
        content[random.randrange(len(content))] = random.randrange(256)
    reading = read_photo(bytes(content))
    assert wrong(reading, (SERIAL,)) == []
    assert read_photo(random.randbytes(5_000)).refused is Refusal.NO_PICTURE
