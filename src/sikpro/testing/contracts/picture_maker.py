"""The contract of `PictureMaker`: texts have their width in the drawing's own font, and a drawing becomes pixels."""

import io

import pytest
from PIL import Image

from sikpro.application.ports.pictures import PictureMaker

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" width="20mm" height="10mm">'
    '<rect x="50" width="50" height="50" fill="#ff0000"/>{more}</svg>'
)


def drawn(pictures: PictureMaker, more: str = "") -> Image.Image:
    return Image.open(io.BytesIO(pictures.png(DRAWING.format(more=more), 400))).convert("RGB")


class PictureMakerContract:
    """What a maker of pictures promises; it needs the fixture `pictures`."""

    def test_a_drawing_becomes_a_png_of_the_wanted_width_on_white(self, pictures: PictureMaker) -> None:
        picture = drawn(pictures)
        assert picture.size == (400, 200)
        assert picture.getpixel((100, 100)) == (255, 255, 255)
        assert picture.getpixel((300, 100)) == (255, 0, 0)

    @pytest.mark.parametrize("weight", ["normal", "bold"])
    def test_a_text_is_drawn_as_wide_as_it_was_measured(self, pictures: PictureMaker, weight: str) -> None:
        text = "Sidoarjo 1.234"
        more = f'<text x="1" y="30" font-size="5" font-weight="{weight}" font-family="DejaVu Sans">{text}</text>'
        ink = drawn(pictures, more).crop((0, 0, 196, 200)).convert("L").point(lambda level: 255 - level).getbbox()
        assert ink is not None
        wide = pictures.text_width(text, 5, bold=weight == "bold")
        assert ink[2] - ink[0] == pytest.approx(wide * 4, abs=6)

    def test_a_bold_text_is_wider_and_a_text_twice_as_high_twice_as_wide(self, pictures: PictureMaker) -> None:
        assert pictures.text_width("Rekap", 10, bold=True) > pictures.text_width("Rekap", 10)
        assert pictures.text_width("Rekap", 20) == pytest.approx(2 * pictures.text_width("Rekap", 10))
        assert pictures.text_width("", 10) == 0
