"""The place of the nightly backups: what is made was verified, the newest stay, and other files are left alone.

A folder, and a folder of a bucket.
"""

from collections.abc import Callable

import pytest
from attrs import define

from sikpro.application.ports.backups import Backups


@define
class Kept:
    """A place for backups, and how to look into it."""

    backups: Backups
    there: Callable[[], list[str]]


@pytest.mark.asyncio
class BackupsContract:
    """What a place of backups promises; it needs the fixture `kept`."""

    async def test_what_is_made_is_there_under_its_name(self, kept: Kept) -> None:
        made = await kept.backups.make("sikpro-20261128-190000.zip")
        assert made.name == "sikpro-20261128-190000.zip"
        assert made.restored
        assert made.size > 0
        assert kept.there() == ["sikpro-20261128-190000.zip"]

    async def test_the_newest_stay(self, kept: Kept) -> None:
        for day in (28, 26, 27):
            await kept.backups.make(f"sikpro-202611{day}-190000.zip")
        await kept.backups.keep(2)
        assert kept.there() == ["sikpro-20261127-190000.zip", "sikpro-20261128-190000.zip"]
