"""Tables as people upload them."""

import io
from collections.abc import Sequence

from openpyxl import Workbook


def excel(*rows: Sequence[object]) -> bytes:
    """A workbook with one sheet of these rows."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
