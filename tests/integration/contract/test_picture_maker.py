"""The contract of `PictureMaker`: texts have their width in the drawing's own font, and a drawing becomes pixels."""

import pytest

from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.application.ports.pictures import PictureMaker
from sikpro.entrypoints.fonts import FONTS
from sikpro.testing.contracts.picture_maker import PictureMakerContract


@pytest.fixture
def pictures() -> PictureMaker:
    """The one maker of pictures."""
    return ResvgPictures(FONTS)


class TestPictureMaker(PictureMakerContract):
    pass
