"""Adapters of other distributions: what their entry points name, and what a store of theirs opens."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from attrs import field, frozen

from sikpro.application.ports.health import DataPlace
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import Transactions

S = TypeVar("S")
T = TypeVar("T", covariant=True)


@frozen(kw_only=True)
class Plugin(Generic[S, T]):
    """What an entry point of a plugin names: `make` makes the adapter from its own settings.

    `settings` is a class of attrs. Its fields are `str`, `int`, `float`, `bool` or `Path`; each is read from
    `SIKPRO_<NAME>_<FIELD>`, or from the table `[<name>]` of the settings file. A field without a default must be set.
    `make` opens no connection. It may raise `ValueError`, whose text is shown to who serves.

    The groups and what their plugins make: `sikpro.messengers` a `Messenger`, `sikpro.sources` an `UpdateSource` (which
    may be a `FileSource` too), `sikpro.report_writers` a `WorkbookWriter`, `sikpro.stores` a `StoreKind`.
    """

    make: Callable[[S], T]
    settings: type[S]


@frozen(kw_only=True)
class OpenStore:
    """An open store. `place` is where its data lie, for the health page; `close` ends its connections."""

    transactions: Transactions
    place: DataPlace
    close: Callable[[], None] = field(default=lambda: None)


class StoreKind(Protocol):
    """A kind of store; its plugin's name is the scheme of its URLs. One process at a time writes to such a store."""

    def open(self, url: str, live: LiveEvents | None, process: str) -> OpenStore:
        """Open the store at a URL, and make it if it is not there; `process` is the name that claims are kept under.

        Raises `StorageError`, and `ValueError` for a URL that it does not understand.
        """


AnyPlugin = Plugin[Any, Any]
