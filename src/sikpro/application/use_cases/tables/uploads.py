"""Uploaded tables that wait for a decision. The next step replaces them, or they are deleted with old files."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import evolve, field, frozen

from sikpro.application.ports.blobs import Blob
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.domain.dates import DateRule, Order
from sikpro.domain.errors import InvalidValue, NotFound
from sikpro.domain.people import Person

_JSON = "application/json"


class Purpose(StrEnum):
    """The purpose of an upload."""

    IMPORT = "import-orders"
    RECONCILE = "reconcile"
    LIST = "import-list"


@frozen(kw_only=True)
class Upload:
    """A file's name, its sheets, and the decisions about them so far (only JSON values)."""

    file: str
    sheets: Sequence[TableSheet]
    choice: Mapping[str, Any] = field(factory=dict[str, Any])
    id: int = 0

    @property
    def sheet(self) -> TableSheet:
        """The chosen sheet, by default the first, with the decisions about its header and its dates."""
        sheet = self.sheets[min(int(self.choice.get("sheet", 0)), len(self.sheets) - 1)]
        header, lines = self.choice.get("header", (None, 1))
        dates = {
            int(place): DateRule(Order(order), half_days)
            for place, (order, half_days) in self.choice.get("dates", {}).items()
        }
        return evolve(sheet, header=header, header_lines=lines, dates=dates)

    @property
    def columns(self) -> dict[int, str]:
        """The column names of the chosen sheet, by place counted from 0."""
        return {int(place): name for place, name in self.choice.get("columns", {}).items()}


def keep_upload(uow: UnitOfWork, purpose: Purpose, upload: Upload, by: Person, now: datetime) -> int:
    """Store a table for its uploader in place of its earlier state. Return a new id each time."""
    sheets = [
        [sheet.name, sheet.rows, *((sheet.error.code, sheet.error.typed) if sheet.error else ())]
        for sheet in upload.sheets
    ]
    whole = {"file": upload.file, "sheets": sheets, "choice": upload.choice}
    content = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    if upload.id:
        uow.blobs.drop(upload.id)
    return uow.blobs.add(_name(purpose, by), _JSON, [content], now).id


def find_upload(uow: UnitOfWork, purpose: Purpose, upload_id: int, by: Person) -> Upload:
    """Return a table that this person uploaded. Raises `NotFound`."""
    blob = _blob(uow, purpose, upload_id, by)
    whole = json.loads(b"".join(uow.blobs.part(upload_id, place) for place in range(blob.parts)))
    sheets = [
        TableSheet(name=name, rows=rows, error=InvalidValue(*error) if error else None)
        for name, rows, *error in whole["sheets"]
    ]
    return Upload(id=upload_id, file=whole["file"], sheets=sheets, choice=whole["choice"])


def drop_upload(uow: UnitOfWork, purpose: Purpose, upload_id: int, by: Person) -> None:
    """Delete a table that this person uploaded: it is written, once. Raises `NotFound`."""
    uow.blobs.drop(_blob(uow, purpose, upload_id, by).id)


def _blob(uow: UnitOfWork, purpose: Purpose, upload_id: int, by: Person) -> Blob:
    missing = NotFound(what="upload", name="")
    if not 0 < upload_id < 2**53:
        raise missing
    try:
        blob = uow.blobs.get(upload_id)
    except NotFound:
        raise missing from None
    if blob.name != _name(purpose, by):
        raise missing
    return blob


def _name(purpose: Purpose, by: Person) -> str:
    return f"{purpose}:{by.id}"
