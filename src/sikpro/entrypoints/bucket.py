"""The bucket for backups, opened with the settings; what opens it is an extra of the installation."""

from typing import TYPE_CHECKING

from sikpro.entrypoints.settings import Settings, check_s3

if TYPE_CHECKING:
    from sikpro.adapters.s3.bucket import Bucket

S3 = "s3:"
"""How the address of a bucket begins."""


def bucket_at(address: str, settings: Settings) -> "Bucket":
    """Return the folder of a bucket. Raises `WrongSettings` if the settings do not open it."""
    check_s3(settings)
    from sikpro.adapters.s3.bucket import Bucket

    return Bucket.at(
        address,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        key=settings.s3_key,
        secret=settings.s3_secret,
    )
