"""The first statuses, order types, makers and provider's codes of an installation. Admins edit them later."""

from datetime import timedelta

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import Bilingual, Maker, Meaning, OrderType, ProviderCode, Status
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.values import VENDORS

_H, _T, _C, _S, _N = Turn.HELPDESK, Turn.TECHNICIAN, Turn.CUSTOMER, Turn.SYSTEM, Turn.NOBODY
_TECHNICAL, _CUSTOMER, _SYSTEM = "kendala teknik", "kendala pelanggan", "kendala sistem"
_GROUPS = {_TECHNICAL: "technical", _CUSTOMER: "customer", _SYSTEM: "system"}
"""The groups of reasons for hold-ups, with their names in English."""

_STATUSES: tuple[tuple[str, Phase, Turn, str, str, str, str, str], ...] = (
    ("menunggu", Phase.WAITING, _H, "Menunggu", "Waiting", "", "", ""),
    ("ogp", Phase.IN_PROGRESS, _H, "Diproses (OGP)", "In progress (OGP)", "", "Sedang diproses.", "Being worked on."),
    (
        *("pelurusan", Phase.IN_PROGRESS, _H, "Proses pelurusan", "Data being aligned", ""),
        *("Data sedang diluruskan.", "The data are being aligned."),
    ),
    (
        *("assign_ulang", Phase.IN_PROGRESS, _H, "Assign ulang", "Being reassigned", ""),
        *("Sedang di-assign ulang.", "Being reassigned."),
    ),
    (
        *("ont_tidak_terdeteksi", Phase.HELD_UP, _T, "ONT tidak terdeteksi", "ONT not detected", _TECHNICAL),
        *("ONT tidak terdeteksi, mohon cek SN dan sambungan.", "ONT not detected, please check serial and line."),
    ),
    (
        *("valins_ulang", Phase.HELD_UP, _T, "Valins ulang", "Validate the installation again", _TECHNICAL),
        *("Mohon valins ulang.", "Please validate the installation again."),
    ),
    (
        *("input_ulang", Phase.HELD_UP, _T, "Input ulang data", "Data to be entered again", _TECHNICAL),
        *("Mohon kirim ulang data yang benar.", "Please send the correct data again."),
    ),
    (
        *("limitasi_onu", Phase.HELD_UP, _S, "Limitasi ONU", "ONU limit", _TECHNICAL),
        *("Port ONU penuh, menunggu perbaikan.", "ONU port limit reached, waiting for a fix."),
    ),
    (
        *("odp_penuh", Phase.HELD_UP, _T, "ODP penuh", "ODP full", _TECHNICAL),
        *("ODP penuh, mohon cari ODP lain.", "ODP is full, please find another."),
    ),
    (
        *("odp_loss", Phase.HELD_UP, _T, "ODP loss", "ODP loss", _TECHNICAL),
        *("ODP loss, mohon cek redaman.", "ODP loss, please check the attenuation."),
    ),
    (
        *("odp_rusak", Phase.HELD_UP, _T, "ODP rusak", "ODP broken", _TECHNICAL),
        *("ODP rusak, mohon lapor dan cari ODP lain.", "ODP broken, please report it and find another."),
    ),
    (
        *("odp_belum_golive", Phase.HELD_UP, _S, "ODP belum go-live", "ODP not live yet", _TECHNICAL),
        *("ODP belum go-live, ditunggu.", "ODP not live yet, waiting."),
    ),
    (
        *("kendala_jalur", Phase.HELD_UP, _T, "Kendala jalur", "Line problem", _TECHNICAL),
        *("Ada kendala jalur, mohon dicek.", "There is a problem on the line, please check."),
    ),
    (
        *("kendala_material", Phase.HELD_UP, _T, "Kendala material/NTE", "Material missing (NTE)", _TECHNICAL),
        *("Kendala material/NTE.", "Material or NTE missing."),
    ),
    (
        *("rumah_kosong", Phase.HELD_UP, _C, "Rumah kosong", "Nobody at home", _CUSTOMER),
        *("Rumah kosong, menunggu pelanggan.", "Nobody at home, waiting for the customer."),
    ),
    (
        *("batal_sementara", Phase.HELD_UP, _C, "Pelanggan batal sementara", "Customer postponed", _CUSTOMER),
        *("Pelanggan menunda.", "The customer postponed."),
    ),
    (
        *("kendala_sistem", Phase.HELD_UP, _S, "Kendala sistem", "System problem", _SYSTEM),
        *("Ada kendala sistem, mohon ditunggu.", "There is a system problem, please wait."),
    ),
    (
        *("belum_pi", Phase.HELD_UP, _S, "Belum PI", "Not PI yet", _SYSTEM),
        *("Order belum PI, ditunggu.", "The order is not PI yet, waiting."),
    ),
    (
        *("selesai", Phase.COMPLETED, _N, "Selesai (PS)", "Completed (PS)", ""),
        *("Sudah aktif, silakan tes di pelanggan.", "Active now, please test at the customer's."),
    ),
    ("batal", Phase.CANCELLED, _N, "Batal", "Cancelled", "", "Order dibatalkan.", "The order is cancelled."),
    (
        *("double_input", Phase.CANCELLED, _N, "Double input", "Entered twice", ""),
        *("Order sudah ada dengan nomor lain.", "The order is already there under another number."),
    ),
    (
        *("alamat_tidak_ditemukan", Phase.CANCELLED, _N, "Alamat tidak ditemukan", "Address not found", ""),
        *("Alamat tidak ditemukan.", "The address was not found."),
    ),
    (
        *("cabut_pasang", Phase.CANCELLED, _N, "Indikasi cabut pasang", "Suspected swap", ""),
        *("Indikasi cabut pasang.", "Suspected swap of an existing line."),
    ),
)

_TYPES = (
    ("AO", "Pasang baru", "New line"),
    ("MO", "Pindah paket", "Change of package"),
    ("PDA", "Pindah alamat", "Change of address"),
    ("CONFIG", "Aktivasi ulang", "Activation again"),
)

_PROVIDER_CODES = (
    ("ACTCOMP", "finished", "Activation completed"),
    ("APPR", "open", "Approved"),
    ("CANCEL", "left_out", ""),
    ("CANCELED", "left_out", ""),
    ("CANCELLED", "left_out", ""),
    ("CANCLWORK", "left_out", "Work cancelled"),
    ("CLOSE", "finished", ""),
    ("CLOSED", "finished", ""),
    ("COMPLETE", "finished", ""),
    ("COMPLETED", "finished", ""),
    ("COMPWORK", "finished", "Work completed"),
    ("CONTWORK", "open", "Work continued"),
    ("DECLINE", "left_out", ""),
    ("DECLINED", "left_out", ""),
    ("FALLOUT", "open", ""),
    ("INPRG", "open", "In progress"),
    ("INSTCOMP", "open", "Installation completed"),
    ("OSS", "open", ""),
    ("PENDWORK", "open", "Work pending"),
    ("PI", "open", "Provision issued"),
    ("PONR", "open", "Point of no return"),
    ("PROVISION COMPLETED", "finished", ""),
    ("PROVISION ISSUED", "open", ""),
    ("PS", "finished", "Put in service"),
    ("RE", "open", "Registration"),
    ("REJECT", "left_out", ""),
    ("REJECTED", "left_out", ""),
    ("REVOKE", "left_out", ""),
    ("REVOKED", "left_out", ""),
    ("STARTWORK", "open", "Work started"),
    ("UNSC", "left_out", ""),
    ("VALCOMP", "finished", "Validation completed"),
    ("VALSTART", "open", "Validation started"),
    ("WAPPR", "open", "Waiting for approval"),
    ("WFM", "open", ""),
    ("WORKFAIL", "open", "Work failed"),
)
"""A step from the activation on is finished; an earlier one, a failed one, and the name of a system alone are open."""

_KEYS = {"ogp": "g"}
"""Where the letter that follows from the label would not be one that people remember."""

FIRST_STATUSES = tuple(
    Status(
        code=code,
        phase=phase,
        turn=turn,
        label=Bilingual(label, label_en),
        group=group,
        group_en=_GROUPS.get(group, ""),
        template=Bilingual(template, template_en),
        position=position,
        key=_KEYS.get(code, ""),
    )
    for position, (code, phase, turn, label, label_en, group, template, template_en) in enumerate(_STATUSES, 1)
)

FIRST_ORDER_TYPES = tuple(
    OrderType(
        code=code,
        label=Bilingual(label, label_en),
        first_action_limit=timedelta(minutes=30),
        completion_limit=timedelta(hours=4),
        position=position,
    )
    for position, (code, label, label_en) in enumerate(_TYPES, 1)
)

FIRST_MAKERS = tuple(Maker(code=code, name=name) for code, name in VENDORS.items())


FIRST_PROVIDER_CODES = tuple(
    ProviderCode(code=code, meaning=Meaning(meaning), name=name) for code, meaning, name in _PROVIDER_CODES
)


def create_first_catalogue(uow: UnitOfWork) -> bool:
    """Fill an empty catalogue with its first rows. Return False when it is not empty."""
    if uow.catalogue.statuses():
        return False
    for status in FIRST_STATUSES:
        uow.catalogue.put_status(status)
    for order_type in FIRST_ORDER_TYPES:
        uow.catalogue.put_order_type(order_type)
    for maker in FIRST_MAKERS:
        uow.catalogue.put_maker(maker)
    for code in FIRST_PROVIDER_CODES:
        uow.catalogue.put_provider_code(code)
    return True
