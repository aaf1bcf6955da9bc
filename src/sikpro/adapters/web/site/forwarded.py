"""Notice a reverse proxy whose report of the visitor's address is not used."""

import structlog
from attrs import define
from litestar.types import HTTPScope

_log = structlog.get_logger(__name__)


@define
class UnusedForwarding:
    """The address of a peer that sends `X-Forwarded-For` and is not trusted, "" while there is none.

    All visitors behind it count as one. A stranger can send the header too, so the address is what tells.
    """

    address: str = ""

    def look(self, scope: HTTPScope) -> None:
        """Take note of a header that was not used; the first one is in the log."""
        client = scope.get("client")
        if self.address or client is None:
            return
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        # The server puts the reported address in the place of a trusted proxy's.
        if values and client[0] not in ",".join(values):
            self.address = client[0]
            _log.warning(
                "X-Forwarded-For comes from an address that is no trusted proxy: all visitors behind it count as one",
                address=client[0],
                remedy="name the proxy in trusted_proxies, if it is yours",
            )
