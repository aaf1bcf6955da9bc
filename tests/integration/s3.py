"""A service that speaks S3, on loopback: moto, which others wrote."""

from collections.abc import Iterator
from itertools import count

import httpx
import obstore
import pytest
from attrs import define, field
from obstore.store import S3Store

from sikpro.adapters.s3.bucket import Bucket

KEY = {"region": "us-east-1", "key": "a-key", "secret": "secret-word"}  # moto takes any
_numbers = count(1)


@define
class S3:
    """A service with a bucket of one test's own, and what is in it."""

    endpoint: str
    name: str
    address: str = field(init=False)
    settings: dict[str, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.address = f"s3://{self.name}/sikpro"
        self.settings = {
            "SIKPRO_S3_ENDPOINT": self.endpoint,
            "SIKPRO_S3_KEY": KEY["key"],
            "SIKPRO_S3_SECRET": KEY["secret"],
        }

    def bucket(self) -> Bucket:
        """The folder for backups in it, as SIKPRO opens it."""
        return Bucket.at(self.address, endpoint=self.endpoint, **KEY)

    def there(self) -> list[str]:
        """All that is in the bucket."""
        return sorted(one["path"] for one in obstore.list(self._whole()).collect())

    def put(self, name: str, content: bytes) -> None:
        """Put something there, by other hands."""
        obstore.put(self._whole(), name, content)

    def _whole(self) -> S3Store:
        return Bucket.at(f"s3://{self.name}", endpoint=self.endpoint, **KEY).store


@pytest.fixture(scope="session")
def s3_service() -> Iterator[str]:
    """The address of the service."""
    from moto.server import ThreadedMotoServer  # slow to load: only for a test that asks for it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_service: str) -> S3:
    """A bucket that is empty."""
    name = f"backups-{next(_numbers)}"
    httpx.put(f"{s3_service}/{name}", trust_env=False).raise_for_status()
    return S3(s3_service, name)
