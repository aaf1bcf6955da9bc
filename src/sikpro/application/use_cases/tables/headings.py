"""Other names for the columns of people's tables, beside our own, as data. Case, blanks and signs do not count.

A word that can mean two things is not listed here: a person chooses its column.
"""

from collections.abc import Mapping

RECEIVED = (
    *("TANGGAL", "TANGGAL ORDER", "TANGGAL MASUK", "TANGGAL INPUT", "TANGGAL TERIMA", "TANGGAL DITERIMA"),
    *("TGL", "TGL ORDER", "TGL MASUK", "TGL INPUT", "TGL TERIMA", "TGL DITERIMA", "TGL CREATE", "TGL CREATED"),
    *("WAKTU", "WAKTU ORDER", "WAKTU MASUK", "WAKTU INPUT", "DITERIMA", "ORDER MASUK", "TGL JAM ORDER"),
    *("DATE", "ORDER DATE", "DATE ORDER", "ORDER TIME", "CREATED", "CREATED AT", "CREATED DATE", "DATE CREATED"),
    *("CREATE DATE", "RECEIVED", "RECEIVED AT", "DATE RECEIVED", "TIMESTAMP"),
)
"""The time of an order's receipt."""

STATUS = ("STATUS ORDER", "ORDER STATUS")

PROVIDER_STATUS = (*STATUS, "STATUS RESUME", "STATUS SC", "STATUS MESSAGE")

PROVIDER_NUMBER = ("ORDER ID", "SC ID", "NOMOR ORDER", "EXTERN")

_SITE = ("SO", "KODE SO", "SITE OPERASI")

LISTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "people": {
        "name": ("NAMA TEKNISI", "NAMA LENGKAP", "NAMA PETUGAS", "FULL NAME", "TECHNICIAN NAME"),
        "username": ("USER NAME", "USER", "LOGIN"),
        "role": ("JABATAN",),
        "technician_code": ("KODE", "KODE TEK", "CODE", "CREW", "KODE CREW", "LABORCODE"),
        "site_operation": _SITE,
        "phone": (
            *("NO HP", "NOMOR HP", "HP", "NO TELP", "NO TELEPON", "TELP", "TELEPON", "NO WA", "NOMOR WA", "WA"),
            *("WHATSAPP", "NO WHATSAPP", "PHONE", "PHONE NO", "MOBILE", "MOBILE PHONE"),
        ),
    },
    "site-operations": {"code": _SITE, "name": ("NAMA SO",)},
    "stos": {"code": ("STO", "KODE STO", "WORKZONE", "WZ"), "name": ("NAMA STO",), "site_operation": _SITE},
    "statuses": {"code": ("KODE STATUS",)},
    "makers": {"code": ("VENDOR ID", "KODE VENDOR"), "name": ("VENDOR", "NAMA VENDOR", "MEREK")},
    "order-types": {"code": ("TIPE", "TIPE ORDER", "KODE TIPE")},
    "targets": {
        "month": ("PERIODE",),
        "sto": ("KODE STO", "WORKZONE", "WZ"),
        "working_days": ("HK", "JUMLAH HARI KERJA"),
    },
}
"""The columns of the lists, by list and column."""

DATE_WORDS = frozenset({"TGL", "TANGGAL", "DATE", "WAKTU", "TIME", "JAM", "CREATED", "RECEIVED", "DITERIMA", "MASUK"})
"""A heading with one of these words is a date."""

OTHER_DATE_WORDS = frozenset(
    {"PS", "SELESAI", "CLOSE", "CLOSED", "COMPLETE", "COMPLETED", "FINISH", "FINISHED", "DONE", "UPDATE", "UPDATED"}
    | {"CANCEL", "BATAL", "INSTALL", "INSTALASI", "LAHIR", "JANJI", "MANJA", "TARGET"}
)
"""A heading with one of these words is a date other than the receipt."""
