"""A folder of a bucket, with the few things that backups need of it."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import obstore
from attrs import field, frozen
from obstore.exceptions import BaseError
from obstore.store import S3Store

from sikpro.application.ports.backups import BackupFailed

_CHUNK = 1 << 20
_PART = 8 << 20
"""Bytes of one part of an upload; a bucket takes 10,000 parts: 80 GB."""

_AT_ONCE = 2
_SAID = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)


@frozen(kw_only=True)
class Bucket:
    """The folder of a bucket. Its methods raise `BackupFailed`, with what the service said."""

    address: str
    store: S3Store = field(repr=False)

    @classmethod
    def at(cls, address: str, *, endpoint: str, region: str, key: str, secret: str) -> Self:
        """Return the folder at `s3://BUCKET/FOLDER`; `endpoint` is the address of the service, "" for Amazon's own."""
        parts = urlsplit(address)
        store = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            endpoint=endpoint or None,
            region=region,
            access_key_id=key,
            secret_access_key=secret,
            virtual_hosted_style_request=not endpoint,
            client_options={"allow_http": endpoint.startswith("http:"), "timeout": timedelta(minutes=10)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(minutes=1)},
        )
        return cls(address=address.rstrip("/"), store=store)

    async def put(self, file: Path, name: str) -> None:
        """Send a file, fetch it again, and compare. What does not come back as it was is deleted there."""
        with self._said():
            # Not every service knows a condition for this; a name has the second in which the backup began.
            if name in await self.names():
                raise BackupFailed(f"{self.address}/{name} is there already, and no backup is ever replaced")
            put = await obstore.put_async(self.store, name, file, chunk_size=_PART, max_concurrency=_AT_ONCE)
            if await self._digest(name) != await asyncio.to_thread(_digest, file):
                there = await obstore.head_async(self.store, name)
                if there["e_tag"] != put["e_tag"]:
                    raise BackupFailed(f"{self.address}/{name} is of another server, which sent it at the same time")
                await obstore.delete_async(self.store, name)
                raise BackupFailed(f"{self.address}/{name} did not come back as it was sent, and was deleted there")

    def fetch(self, name: str, to: Path) -> None:
        """Fetch one into a new file that only its owner may read; this waits in the calling thread."""
        to.touch(mode=0o600, exist_ok=False)
        with self._said(), to.open("r+b") as file:
            for chunk in obstore.get(self.store, name).stream(min_chunk_size=_CHUNK):
                file.write(chunk)

    async def names(self) -> list[str]:
        """Return the names of what is in the folder itself, the newest last."""
        with self._said():
            found = await obstore.list_with_delimiter_async(self.store)
            return sorted(one["path"].rpartition("/")[2] for one in found["objects"])

    async def delete(self, name: str) -> None:
        """Delete one."""
        with self._said():
            await obstore.delete_async(self.store, name)

    async def _digest(self, name: str) -> bytes:
        digest, found = hashlib.sha256(), await obstore.get_async(self.store, name)
        async for chunk in found.stream(min_chunk_size=_CHUNK):
            digest.update(chunk)
        return digest.digest()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn the errors of the service, and of the disk, into words of one line."""
        try:
            yield
        except OSError as error:
            if isinstance(error, FileNotFoundError) and error.errno is None:  # obstore's own, for a missing object
                raise BackupFailed(f"{self.address}: there is no such backup") from error
            raise BackupFailed(f"{self.address}: {error.strerror or _line(error)}") from error
        except (BaseError, ValueError) as error:  # obstore's for a name that cannot be one, like `..`
            raise BackupFailed(f"{self.address}: {_line(error)}") from error


def _line(error: Exception) -> str:
    text = str(error)
    said = _SAID.search(text)
    line = text.partition("\n")[0].partition(": <?xml")[0]
    return f"{line}: {' '.join(said[1].split())}" if said else line


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
