"""The messenger passes its suite as another project runs it, and the settings find it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sikpro.entrypoints.settings import Settings
from tests.howto.plugged import install, prove

PACKAGE = Path("sikpro_file").absolute()


def walk(folder: str) -> None:
    """Name the plugin as a person would."""
    environ = {"SIKPRO_TELEGRAM_TOKEN": "42:secret", "SIKPRO_MESSENGER": "file", "SIKPRO_FILE_FOLDER": folder}
    chosen = Settings.load({}, environ).plugins["messenger"]
    assert chosen.made_by == "sikpro_file 1.0"
    assert chosen.make().folder == Path(folder)


if __name__ == "__main__":
    install(PACKAGE)
    prove(PACKAGE)
    with TemporaryDirectory() as name:
        walk(name)
