"""The one dictionary of labels: what people, and the exports of the provider's systems, call each thing.

Chat, import of orders, lists and comparison all use it; case, blanks and signs do not count. To teach SIKPRO a label,
add it to its row. Sources: public work-order templates, field reports, and the headings of exports of WFM, BIMA and
K-PRO.
"""

from collections.abc import Mapping


def _rows(spellings: str) -> tuple[str, ...]:
    return tuple(spelling.strip() for spelling in spellings.split(","))


BOTH: Mapping[str, tuple[str, ...]] = {
    "type": _rows(
        "TIPE, TYPE, TIPE ORDER, TYPE ORDER, ORDER TYPE, JENIS, JENIS ORDER, ORDER, TRANSAKSI, JENIS TRANSAKSI, "
        "TIPE TRANSAKSI, TYPE TRANSAKSI, KODE ORDER, JENIS PERMINTAAN, PERMINTAAN, KATEGORI, KATEGORI ORDER"
    ),
    "registration_number": _rows(
        "SC, NO SC, NOMOR SC, NOMER SC, NOMR SC, NMR SC, NO ORDER SC, SC ORDER, SC ORDER NO, SC ORDER NO TRACK ID, "
        "SC ID, ID SC, SC NO, ORDER ID, ID ORDER, NOREG, NO REG, NOMOR REG, NOMOR REGISTRASI, NO REGISTRASI, "
        "REGISTRASI, REGISTRATION, REGISTRATION NUMBER, REG NO, REG, NO ORDER, NOMOR ORDER, ORDER NO, ORDER NUMBER, "
        "SC NUMBER, ID"
    ),
    "serial": _rows(
        "SN, S N, SN ONT, SN MODEM, SN ONU, NO SN, NOMOR SN, NO SN ONT, SERIAL, SERIAL NUMBER, NO SERIAL, "
        "NOMOR SERIAL, NOMOR SERI, NO SERI, SERI, SERIAL MODEM, SERIAL ONT, SERIAL NUMBER ONT, SERIAL NO, "
        "SERIALNUMBER, MODEM, ONT, ONU, GPON SN, SN GPON, ONT SN, MODEM SN, SN ONT MODEM, NO MODEM, NO ONT"
    ),
    "sto": _rows(
        "STO, KODE STO, KD STO, NAMA STO, AREA, KODE AREA, SUB AREA, KODE SUB AREA, WORKZONE, WZ, WORK ZONE, SENTRAL, "
        "EXCHANGE"
    ),
    "odp": _rows(
        "ODP, KODE ODP, KD ODP, BOX, BOX ODP, NAMA ODP, NAMA BOX, NO ODP, NOMOR ODP, ODP NAME, DP, DATEK, DATEK ODP, "
        "ALPRO, LABEL ODP, ODP BOX"
    ),
    "port": _rows("PORT, PORT ODP, NO PORT, NOMOR PORT, PORT NO, ODP PORT"),
    "technician": _rows(
        "TEKNISI, KODE TEKNISI, KD TEKNISI, KD TEK, KODE TEK, NIK TEKNISI, TEK, TECHNICIAN, TECHNICIAN CODE, TECH, "
        "KODE, CREW, KODE CREW, LABORCODE, LABOR CODE, NIK, ID TEKNISI"
    ),
    "note": _rows("CATATAN, NOTE, KET, KETERANGAN, INFO"),
}
"""What a label means in a message of the chat and above a column."""

CHAT: Mapping[str, tuple[str, ...]] = {
    "registration_number": ("NO",),
    "technician": _rows("NAMA TEKNISI, NAMA TEK, TECHNICIAN NAME, PETUGAS, PELAKSANA"),
}
"""What it means in a message only: above a column NO counts rows, and a name is no code."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "type": _rows("JENISPSB, JENIS PSB, LAYANAN"),
    "registration_number": _rows("SCORDERNO, EXTERN ORDER ID, NO ORDER ID, NOSC"),
    "serial": _rows("SN ONT BARU, SN NTE, NTE SN, SERIAL NUMBER NTE, ONT SERIAL"),
    "sto": _rows("KODE WORKZONE, STO NAME, KD AREA"),
    "odp": _rows("LOC ID, ALPRONAME, ALPRO NAME, DEVICE ODP, ODP LOCATION"),
    "port": _rows("PORT NUMBER, ODP PORT NUMBER"),
    "technician": _rows("AMCREW, CREW ID, KODE TEKNISI 1, TEKNISI 1, LABOR, NIK TEKNISI 1"),
    "note": _rows("REMARK, REMARKS, NOTES, KENDALA"),
    "received_at": _rows(
        "TANGGAL, TANGGAL ORDER, TANGGAL MASUK, TANGGAL INPUT, TANGGAL TERIMA, TANGGAL DITERIMA, TGL, TGL ORDER, "
        "TGL MASUK, TGL INPUT, TGL TERIMA, TGL DITERIMA, TGL CREATE, TGL CREATED, TGL JAM ORDER, WAKTU, WAKTU ORDER, "
        "WAKTU MASUK, WAKTU INPUT, DITERIMA, ORDER MASUK, DATE, ORDER DATE, DATE ORDER, ORDER TIME, ORDER DATE TIME, "
        "CREATED, CREATED AT, CREATED DATE, DATE CREATED, CREATE DATE, RECEIVED, RECEIVED AT, DATE RECEIVED, "
        "TIMESTAMP, REPORTDATE, REPORT DATE, REPORTED DATE, ORDER CREATED DATE, TGL ORDER SC"
    ),
    "status": _rows("STATUS ORDER, ORDER STATUS"),
    "provider_status": _rows(
        "STATUS RESUME, STATUS SC, STATUS MESSAGE, STATUS WO, WO STATUS, STATUS WFM, STATUS WO WFM"
    ),
    "provider_number": _rows("EXTERN, SCORDERNO, EXTERN ORDER ID"),
    "name": _rows(
        "NAMA TEKNISI, NAMA LENGKAP, NAMA PETUGAS, NAMA TEK, FULL NAME, TECHNICIAN NAME, NAMA, NAMA CREW, CREW NAME"
    ),
    "username": _rows("USER NAME, USER, LOGIN, USER ID, USERID"),
    "role": _rows("JABATAN, LEVEL, POSISI"),
    "technician_code": _rows(
        "KODE, KODE TEKNISI, KODE TEK, KD TEKNISI, KD TEK, CODE, CREW, KODE CREW, AMCREW, CREW ID, LABORCODE, "
        "LABOR CODE, ID TEKNISI, TECHNICIAN CODE, NIK TEKNISI, NIK"
    ),
    "site_operation": _rows("SO, KODE SO, SITE OPERASI, SITE OPERATION, NAMA SO, UNIT SO"),
    "phone": _rows(
        "NO HP, NOMOR HP, NOMER HP, HP, NO TELP, NO TLP, NO TELEPON, NO TELPON, TELP, TELEPON, NO WA, NOMOR WA, WA, "
        "WHATSAPP, NO WHATSAPP, KONTAK, PHONE, PHONE NO, PHONE NUMBER, MOBILE, MOBILE PHONE, MSISDN"
    ),
    "sto_code": _rows("STO, KODE STO, KD STO, WORKZONE, WORK ZONE, WZ, KODE AREA"),
    "sto_name": _rows("NAMA STO, STO NAME, SENTRAL"),
    "site_operation_name": ("NAMA SO",),
    "status_code": ("KODE STATUS",),
    "maker_code": _rows("VENDOR ID, KODE VENDOR"),
    "maker_name": _rows("VENDOR, NAMA VENDOR, MEREK, MERK"),
    "type_code": _rows("TIPE, TIPE ORDER, KODE TIPE, JENIS ORDER"),
    "month": _rows("PERIODE, BLN, MONTH"),
    "working_days": _rows("HK, JUMLAH HARI KERJA, HARI EFEKTIF"),
}
"""What it means above a column only."""


def in_tables(thing: str) -> tuple[str, ...]:
    """Return the labels of a thing above a column."""
    return (*BOTH.get(thing, ()), *TABLES.get(thing, ()))


def in_chat(thing: str) -> tuple[str, ...]:
    """Return the labels of a thing in a message, the usual one first."""
    return (*BOTH.get(thing, ()), *CHAT.get(thing, ()))
