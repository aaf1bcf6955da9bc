"""The labels of `application/labels.py` for the columns of each table, and which headings are dates.

A word that can mean two things is not listed there: a person chooses its column.
"""

from collections.abc import Mapping

from sikpro.application.labels import in_tables

RECEIVED = in_tables("received_at")
"""The time of an order's receipt."""

STATUS = in_tables("status")

PROVIDER_STATUS = (*STATUS, *in_tables("provider_status"))

PROVIDER_NUMBER = in_tables("provider_number")

LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "people": {
        name: in_tables(name) for name in ("name", "username", "role", "technician_code", "site_operation", "phone")
    },
    "site-operations": {"code": in_tables("site_operation"), "name": in_tables("site_operation_name")},
    "stos": {
        "code": in_tables("sto_code"),
        "name": in_tables("sto_name"),
        "site_operation": in_tables("site_operation"),
    },
    "statuses": {"code": in_tables("status_code")},
    "makers": {"code": in_tables("maker_code"), "name": in_tables("maker_name")},
    "order-types": {"code": in_tables("type_code")},
    "targets": {"month": in_tables("month"), "sto": in_tables("sto_code"), "working_days": in_tables("working_days")},
}
"""The columns of the lists, by list and column."""

DATE_WORDS = frozenset({"TGL", "TANGGAL", "DATE", "WAKTU", "TIME", "JAM", "CREATED", "RECEIVED", "DITERIMA", "MASUK"})
"""A heading with one of these words is a date."""

OTHER_DATE_WORDS = frozenset(
    {"PS", "SELESAI", "CLOSE", "CLOSED", "COMPLETE", "COMPLETED", "FINISH", "FINISHED", "DONE", "UPDATE", "UPDATED"}
    | {"CANCEL", "BATAL", "INSTALL", "INSTALASI", "LAHIR", "JANJI", "MANJA", "TARGET"}
)
"""A heading with one of these words is a date other than the receipt."""

PHASE = ("TAHAP", "FASE", "PHASE")

CHANNEL = ("KANAL", "MASUK LEWAT", "VIA")

HELPDESK = (
    "HD",
    "NAMA HELPDESK",
    "NAMA HD",
    "PETUGAS HELPDESK",
    "DIKERJAKAN",
    "DIKERJAKAN OLEH",
    "HANDLED BY",
    "AGENT",
)
"""The person in the office who worked the order."""

FIRST_ACTION = (
    *("TINDAKAN PERTAMA", "AKSI PERTAMA", "TGL AMBIL", "TGL DIAMBIL", "TANGGAL DIAMBIL", "DIAMBIL", "TGL OGP"),
    *("WAKTU AMBIL", "FIRST ACTION", "FIRST ACTION AT", "TAKEN AT", "PICKUP", "TGL PICKUP"),
)

FINISHED = (
    *("TGL SELESAI", "TANGGAL SELESAI", "WAKTU SELESAI", "JAM SELESAI", "SELESAI BATAL", "TGL SELESAI BATAL"),
    *("TGL CLOSE", "TGL CLOSED", "TANGGAL CLOSE", "CLOSE DATE", "CLOSED", "CLOSED AT", "DATE CLOSED", "CLOSED DATE"),
    *("FINISHED", "FINISHED AT", "FINISH DATE", "TGL FINISH", "TGL DONE", "DONE AT"),
)
"""The time of an order's end, good or bad: the status tells which."""

COMPLETED = (
    *("TGL PS", "TANGGAL PS", "WAKTU PS", "PS DATE", "PS AT", "DATE PS", "TGL COMPLETE", "TGL COMPLETED"),
    *("COMPLETED AT", "COMPLETED DATE", "DATE COMPLETED", "COMPLETE DATE", "TGL AKTIF", "TGL LIVE"),
)

CANCELLED = (
    *("TGL BATAL", "TANGGAL BATAL", "WAKTU BATAL", "TGL CANCEL", "TANGGAL CANCEL", "CANCEL DATE", "CANCELLED AT"),
    *("CANCELED AT", "DATE CANCELLED", "CANCELLED DATE"),
)

LAST_FEEDBACK = ("FEEDBACK", "FEEDBACK HELPDESK", "BALASAN HELPDESK", "LAST FEEDBACK")

PLACE = ("LOKASI", "KOORDINAT", "TIKOR", "TITIK KOORDINAT", "LAT LONG", "LATLONG", "COORDINATES")
