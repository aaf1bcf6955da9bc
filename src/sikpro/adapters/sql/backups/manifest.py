"""What a backup says about itself."""

import json
from datetime import datetime
from typing import Any, Self

from attrs import asdict, frozen

from sikpro.adapters.sql.backups.census import Census
from sikpro.application.ports.backups import BackupFailed

FORMAT = 1
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@frozen(kw_only=True)
class Manifest:
    """When a backup was made, by which version, of which kind of database, and what it must hold.

    `size` and `sha256` are of the copy in the backup, unpacked; `size` is in bytes.
    """

    made_at: datetime
    version: str
    kind: str
    size: int
    sha256: str
    census: Census

    def written(self) -> str:
        """Return it as JSON."""
        whole = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(whole, indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Return a manifest that was written. Raises `BackupFailed`."""
        try:
            whole: dict[str, Any] = json.loads(text)
            if whole.pop("format") != FORMAT:
                raise BackupFailed("the backup is of a newer SIKPRO than this one")
            census = Census(**whole.pop("census"))
            manifest = cls(made_at=datetime.fromisoformat(whole.pop("made_at")), census=census, **whole)
            if not manifest._is_whole():
                raise ValueError
            return manifest
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupFailed("the manifest of the backup cannot be read") from error

    def _is_whole(self) -> bool:
        kinds = (self.kind in {SQLITE, POSTGRESQL}, self.made_at.tzinfo is not None, type(self.size) is int)
        texts = (self.version, self.sha256, self.census.schema, *self.census.newest.values())
        counts = self.census.rows.values()
        return all(kinds) and all(type(one) is str for one in texts) and all(type(one) is int for one in counts)
