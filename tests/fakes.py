"""The fakes that only our own tests need; the others are shipped in `sikpro.testing`."""

from collections.abc import Callable

from attrs import field, frozen

from sikpro.adapters.excel.reader import DirectTables
from sikpro.application.ports.tables import ReadSoFar, TableSheet


@frozen
class NoticingTables(DirectTables):
    """A table reader that notes what `look` says whenever it reads."""

    look: Callable[[], bool] = field(default=lambda: False, kw_only=True)
    noticed: list[bool] = field(factory=list[bool], kw_only=True)

    async def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """The sheets."""
        self.noticed.append(self.look())
        return await super().sheets(content, read_so_far)
