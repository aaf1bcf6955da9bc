"""The words of the field, as data: what stands before a value, which words choose between two, and what people want.

Sources: public work-order templates and field reports, as collected in the product's domain facts. To teach the reader
a spelling, add it to its row. Letter case, dots, hyphens, slashes and blanks between words do not matter.
"""

import re
from enum import StrEnum

from attrs import frozen

from sikpro.application.fields import FIELDS
from sikpro.application.labels import in_chat


class Role(StrEnum):
    """What a label says about the value behind it."""

    OURS = "ours"
    """It is the value of our field."""
    NEW = "new"
    """It is the value of our field that counts."""
    OTHER = "other"
    """It has the form of our field and is not its value: an old one, another device, another system's number."""
    ID = "id"
    """One value of another system."""
    TEXT = "text"
    """Words up to the end of the line."""
    NOTE = "remark"
    """Words for the note, up to the end of the line."""
    FIELD = "field"
    """The text of one of the order's other fields (`fields.FIELDS`), up to the end of its part of the line."""
    LIST = "list"
    """Several labels of ours before several values, which are known by their form."""
    UNKNOWN = "unknown"
    """No label that is known."""


@frozen
class Label:
    """What a label means: its role, and the field that it names or resembles."""

    role: Role
    field: str = ""


_OURS = {name: in_chat(name) for name in ("type", "registration_number", "serial", "sto", "odp", "port", "technician")}
"""Our fields' labels."""

_NEW = "BARU, NEW, PENGGANTI, PENGGANTINYA, TUJUAN, FIX, BENAR, YANG BENAR, YG BENAR, TERBARU, AKTUAL"
"""Words beside one of our labels: this value counts."""

_OLD = "LAMA, OLD, EX, RUSAK, BEKAS, ASAL, SALAH, SEBELUMNYA, AWAL, TERDEKAT, ALTERNATIF, STB, LAWAS"
"""Words beside one of our labels: this value does not count."""

_OTHERS = {
    "serial": (
        "EX, BEKAS, STB, SET TOP BOX, SN SET TOP BOX, STB ID, ID STB, DECODER, SN DECODER, MAC, MAC STB, MAC ONT, "
        "MAC ADDRESS, MAC ADDR, SN AP, SN EXTENDER, SN ORBIT, SN ADAPTOR, SN ROUTER, SN MESH, SN REPEATER, SN IPCAM, "
        "SN PERANGKAT LAIN, AP, WIFI EXTENDER"
    ),
    "odp": "GCL, OTB, ODC, NAMA ODC, OLT, NAMA OLT, GPON, FEEDER, IP OLT",
    "registration_number": (
        "TIKET, TICKET, NO TIKET, NOMOR TIKET, TIKET INC, TIKET ID, TRACK ID, TRACKID, MYIR, NO MYIR, ID MYIR, MYIR ID"
    ),
    "technician": (
        "TL, TEAM LEADER, HELPDESK, HD, SALES, KODE SALES, NIK SALES, ID SALES, NAMA SALES, AGENCY, SF, ID SF, KORLAP"
    ),
}
"""What resembles our fields and is none: other devices, other boxes, other numbers, other people."""

_IDS = (
    "WO, WONO, WO NO, NO WO, WONUM, WO NUM, WORK ORDER, WORKORDER, WSA, INC, NO INC, NCLI, NO INET, INET, INTERNET, "
    "NO INTERNET, NOMOR INTERNET, ND INET, ND INTERNET, ND, ND POTS, SERVICE NO, NO SERVICE, SERVICE NUMBER, "
    "NO LAYANAN, TELP, TLP, NO TELP, NO TLP, NO TELEPON, NOMOR TELEPON, TELEPON, TELPON, POTS, NO POTS, VOICE, "
    "NO VOICE, VOIP, NO VOIP, IPTV, USEETV, NO IPTV, CP, NO CP, CP PELANGGAN, CONTACT PHONE, CONTACT, PHONE, HP, "
    "NO HP, NOMOR HP, WA, NO WA, KONTAK, NPK, LABCODE, VALINS, VALINS ID, ID VALINS, QR, QRCODE, QR CODE, BARCODE, "
    "KTP, NO KTP, NIK KTP, NIK PELANGGAN, RFID, RX, REDAMAN, REDAMAN ODP, REDAMAN ONT, RX POWER, TARIKAN, DC, "
    "PANJANG DC, DROP CORE, DROPCORE, PRECON, KAPASITAS, KAPASITAS ODP, SPL, SPLITTER, PANEL, TIANG, TYPE ONT, "
    "TIPE ONT, TYPE MODEM, TIPE MODEM, MERK ONT, MERK, MERK MODEM, JENIS ONT, TGL, TANGGAL, JAM, HARGA, UNIT, BLOK, "
    "RT, RW, VLAN, IP, SLOT, ONU ID, PELANGGAN ID, ID PELANGGAN"
)

_NOTE = "CATATAN, NOTE, NOTES, KET, KETERANGAN, REMARK, REMARKS"

_TEXTS = (
    "NAMA, NAMA PELANGGAN, NAMA CUSTOMER, CUSTOMER, CUSTOMER NAME, PELANGGAN, ATAS NAMA, ALAMAT, ALAMAT PELANGGAN, "
    "ADDRESS, ALMT, KOORDINAT, KOORDINAT PELANGGAN, KOORDINAT ODP, TIKOR, TIKOR PELANGGAN, TIKOR ODP, TITIK, "
    "TITIK ODP, TITIK KOORDINAT, TITIK PELANGGAN, LOKASI, SHARELOC, PAKET, LAYANAN, JENIS LAYANAN, PRODUK, SPEED, "
    "KECEPATAN, REDAMAN DI ODP, INFO, KENDALA, DATEL, "
    "WITEL, REGIONAL, STATUS, SUBJECT, PERIHAL, KELURAHAN, KECAMATAN, PATOKAN, FORMAT, EMAIL, AREA PELANGGAN"
)


def label_of(name: str) -> str:
    """Return our first label of a field."""
    return _OURS[name][0]


def is_ours(name: str) -> bool:
    """Whether a field has labels here."""
    return name in _OURS


def _rows(spellings: str) -> list[str]:
    return [spelling.strip() for spelling in spellings.split(",")]


_QUALIFIED = {
    spelling: Label(role, field)
    for role, words in ((Role.NEW, _NEW), (Role.OTHER, _OLD))
    for field, labels in _OURS.items()
    for label in labels
    for word in _rows(words)
    for spelling in (f"{label} {word}", f"{word} {label}")
}

LABELS: dict[str, Label] = (
    {spelling: Label(Role.ID) for spelling in _rows(_IDS)}
    | {spelling: Label(Role.TEXT) for spelling in _rows(_TEXTS)}
    | {"MITRA": Label(Role.TEXT, "technician")}
    | {spelling: Label(Role.NOTE) for spelling in _rows(_NOTE)}
    | {spelling: Label(Role.OURS, field) for field, labels in _OURS.items() for spelling in labels}
    | {
        " ".join(re.split(r"[\s./_-]+", label.upper())): Label(Role.FIELD, field.name)
        for field in FIELDS
        if not field.required and not field.takes_rest and field.name not in _OURS
        for label in field.labels
    }
    | _QUALIFIED
    | {spelling: Label(Role.OTHER, field) for field, labels in _OTHERS.items() for spelling in _rows(labels)}
)
"""What each label means, by its spelling in upper case with single blanks."""


TYPE_NAMES = {
    "AO": ("PASANG BARU", "PSB", "NEW INSTALL"),
    "MO": ("PINDAH PAKET", "UBAH PAKET"),
    "PDA": ("PINDAH ALAMAT",),
    "CONFIG": ("AKTIVASI ULANG",),
}
"""What people call the types that are there from the start, beside their labels in the catalogue."""


def _words(row: str) -> frozenset[str]:
    return frozenset(row.split())


CHOOSING = _words(
    "KE NANG MENYANG NENG JADI MENJADI DADI BARU PENGGANTI BENAR BENER SING HARUSNYA SEHARUSNYA SKRG SEKARANG SAIKI "
    "FIX TO NEW →"
)
"""Words before the value that counts."""

DISMISSING = _words("DARI SOKO SAKA LAMA EX BEKAS RUSAK BUKAN FROM OLD DUDU SEKO TEKO LAWAS NOT STB")
"""Words before a value that does not count."""

CONDITIONAL = _words("KALAU KALO KLO JIKA BILA NEK MISAL SEANDAINYA IF UNLESS")
"""Words after which nothing is chosen: it holds only if something else does."""

EITHER = _words("ATAU ATW OR UTOWO DAN AND SAMA")
"""Words between two values of one label."""

FILLERS = _words(
    "YA YAA PAK BU MAS MBAK MIN ADMIN GAN BOS BOSKU BRO CAK OM REK NGGIH KAK BANG BAPAK IBU REKAN SEMUA TEMAN TEAM TIM "
    "DONG DONK AJA SAJA BANYAK SIAP OK OKE OKAY SUKSES SELALU ATAS BANTUANNYA BANTUAN INFONYA KERJASAMANYA SEHAT "
    "BANGET SIR ALL EVERYONE SEDOYO SEDAYA KABEH LUR DULUR NYA VERY MUCH SO SANGAT KEMBALI "
    "SANGET A LOT HD SEMUANYA SAE ALHAMDULILLAH MANTAP GOOD JOB TAPI "
    "INI ITU IKI KUWI OF THE IS IT PLEASE TOLONG MOHON MINTA TULUNG NYUWUN PROSES DIPROSES SAMPAI TEKAN ORDER "
    "DAN AND KARO"
)

THANKS = _words(
    "TERIMA KASIH TERIMAKASIH TRIMAKASIH MAKASIH MAKASI MKSH MKSIH TKS THX THANKS THANK TQ YOU SUWUN MATUR NUWUN "
    "MATURNUWUN TRIMS TRIM NUHUN KAMSIA TENGKYU MAKASEH"
)

POLITE = THANKS | FILLERS | _words("SELAMAT PAGI SIANG SORE MALAM")

GREETINGS = _words(
    "SELAMAT MET PAGI SIANG SORE MALAM HALO HALLO HAI HI HELLO ASSALAMUALAIKUM WR WB WAALAIKUMSALAM ASS PERMISI "
    "MORNING GOOD AFTERNOON EVENING SUGENG ENJING SONTEN SIANGE DALU SALAM P TES TEST PING"
)

WITHDRAWING = _words("BATAL BATALKAN DIBATALKAN BATALIN BATALNO CANCEL CANCELED CANCELLED TARIK WITHDRAW URUNG")

AGREEING = _words("YA YAA YES Y IYA IYO NGGIH INGGIH BENAR BETUL BENER OK OKE SIP YUP LEREK")
"""A whole answer of these words says yes."""

NOTING = _words("OK OKE OKEY OKAY SIAP SIAAP SIP BAIK BAEK NOTED MANTAP MANTAB COPY LAKSANAKAN DIMENGERTI SENDIKO")
"""A whole text of these words says that something was read; it answers no question of a person."""

NAMES = frozenset(word for labels in _OURS.values() for label in labels for word in label.split()) | {"NYA", "E"}
"""The words of our fields' labels, and what people hang on them."""

REFUSING = _words("BUKAN TIDAK TDK GAK GA NGGAK ENGGAK NO SALAH DUDU MBOTEN ORA")
"""A whole answer of these words says no."""

LEAVING = WITHDRAWING | REFUSING | _words("JADI SIDO")
"""A whole text of these words leaves what one is asked, unless it only says no."""

MINE = _words("SAYA AKU KU KULA")
LISTING = _words("CEK CHECK CHEK STATUS") | MINE
"""A whole text of these words asks for one's own orders."""

HELPING = _words("HELP MENU PANDUAN CARA FORMAT")
"""A whole text of these words asks for the commands."""

PLEADING = _words(
    "CEPAT CEPETAN DIPERCEPAT PERCEPAT SEGERA SEGERAKAN DISEGERAKAN URGENT DIDAHULUKAN DAHULUKAN PRIORITAS "
    "DIPRIORITASKAN ASAP BURUAN CEPETNO DICEPETNO NDANG HURRY PRIORITY FASTER DULUAN MENDESAK"
)

ASKING = _words(
    "CEK CHECK CHEK DICEK STATUS STATUSNYA PROGRESS PROGRES PROGRESNYA UPDATE UPDATENYA GIMANA BAGAIMANA KAPAN MANA "
    "SUDAH SDH UDAH UDH BLM BELUM INFO INFONYA PIYE ENDI WIS WES DURUNG KAPANE HOW WHEN ANY NEWS"
)

WAITING = _words("PELANGGAN CUSTOMER LOKASI")
"""Words of those who plead: somebody waits, or they wait on the spot."""

TELLING = _words(
    "KENDALA TROUBLE LOS KOSONG RESCHEDULE RESKEDUL DONE SELESAI PS PENUH LOSS MATI MERAH RUSAK PUTUS HABIS GANTI "
    "REDAMAN LAPOR PADAHAL ALAMAT LOKASI SHARELOC POSISI FOTO PELANGGAN HASIL KEBACA"
)

FAULTS = _words(
    "KENDALA TROUBLE LOS LOSS MERAH MATI RUSAK PUTUS PENUH FULL REDAMAN KOSONG RESCHEDULE RESKEDUL TERDETEKSI DETECTED "
    "DOWN UNSPEC REDUP LIVE GOLIVE"
)
"""Words for what is wrong at the place. With one of them, words about an order are facts for the helpdesk."""

ABSENT = _words("BELUM BLM TIDAK TDK GAK NGGAK KOSONG NONE NIHIL DURUNG ORA")
"""Right behind a label: the value is not there yet."""

FINISHED = _words("SELESAI DONE PS BERES RAMPUNG CLEAR AKTIF SUDAH UDAH SDH")

NEGATING = _words("JANGAN JGN GA GAK NGGAK ENGGAK TIDAK TDK OJO DONT DON NOT JADI")

QUESTIONS = _words("KAPAN KAPANE BELUM BLM DURUNG YET GIMANA PIYE BAGAIMANA MANA ENDI WHEN HOW")

CORRECTING = _words(
    "SALAH BENAR BENER KLERU KELIRU RALAT KOREKSI REVISI HARUSNYA SEHARUSNYA GANTI DIGANTI JADI DADI MENJADI BUKAN "
    "BARU PINDAH PERBAIKAN TYPO WRONG CORRECT CORRECTION SHOULD CHANGE"
)
