"""What the doctor looks at where backups go into a bucket: whether it opens, and what is in it."""

import asyncio
from collections.abc import Iterator

from sikpro.application.ports.backups import BackupFailed, is_ours
from sikpro.entrypoints.bucket import S3, bucket_at
from sikpro.entrypoints.doctor.finding import Finding
from sikpro.entrypoints.settings import Settings

LONGEST = 60.0
"""Seconds that the service may take."""


def look_at_bucket(settings: Settings) -> Iterator[Finding]:
    """Yield what was found, nothing without a bucket; it is only read."""
    if not settings.backups.startswith(S3):
        return
    try:
        names = asyncio.run(_names(settings))
    except BackupFailed as error:
        yield Finding.ill("bucket", "refused", str(error))
        return
    yield Finding.ok("bucket", folder=settings.backups, count=sum(map(is_ours, names)))


async def _names(settings: Settings) -> list[str]:
    try:
        async with asyncio.timeout(LONGEST):
            return await bucket_at(settings.backups, settings).names()
    except TimeoutError:
        raise BackupFailed(f"no whole answer in {LONGEST:g} seconds") from None
