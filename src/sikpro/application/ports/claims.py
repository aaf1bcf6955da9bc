"""What processes have claimed for the time of a lease, and how it becomes free when a process is gone."""

from collections.abc import Collection
from typing import Protocol


class Claims(Protocol):
    """The claims of processes on the bot, messages, jobs, exports, files and photos.

    A claim ends with its lease. The claims of a process that is gone end here, before: nobody will finish its work.
    """

    def gone(self) -> frozenset[str]:
        """Return the names of other processes that hold claims and are not connected to the database any more.

        Always empty where the store does not know who is connected.
        """

    def free(self, processes: Collection[str]) -> int:
        """End the claims of those of these processes that are gone, and return the number of claims."""

    def free_all(self) -> int:
        """End the claims of all processes, and return their number.

        Only where no other process can run, and before this one claims anything.
        """
