"""The five values of an order request. Each parses what people type, or raises an error that says what is wrong.

Each keeps the typed text beside the parsed value. Two values are equal when they mean the same.
"""

import re
from typing import Self

from attrs import field, frozen

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import compact, one_line

_MISREAD = str.maketrans("OILS", "0115")
_HEX = re.compile(r"[0-9A-F]+\Z")

VENDORS = {
    "ZTEG": "ZTE",
    "HWTC": "Huawei",
    "ALCL": "Nokia/Alcatel",
    "NOKG": "Nokia",
    "NOKW": "Nokia",
    "FHTT": "FiberHome",
}
"""Vendor ids of ITU-T G.984.3 found in the field. Another id gives a warning, not a refusal."""


@frozen
class RegistrationNumber:
    """The order's number at the provider: `SC` and 6 to 12 digits.

    >>> RegistrationNumber.parse("sc 3223.2558").value
    'SC32232558'
    >>> RegistrationNumber.parse("SC32255O")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: A registration number is SC and 6 to 12 digits, ... Written: SC32255O
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse typed text. Raises `InvalidValue`, with misread digits corrected in the suggestion if it fits."""
        value = compact(text)
        if re.fullmatch(r"SC[0-9]{6,12}", value):
            return cls(value, text)
        suggestion = None
        if value.isdecimal() and value.isascii() and 6 <= len(value) <= 12:
            suggestion = "SC" + value
        elif re.match(r"[S5]C", value):
            mended = "SC" + value[2:].translate(_MISREAD)
            suggestion = mended if re.fullmatch(r"SC[0-9]{6,12}", mended) else None
        raise InvalidValue("registration_number.shape", one_line(text), suggestion)

    def __str__(self) -> str:
        return self.value


@frozen
class SerialNumber:
    """A modem's GPON serial number (ITU-T G.984.3): four letters for the vendor and eight hexadecimal digits.

    Labels also print the vendor in hexadecimal, 16 digits in all: the same device.

    >>> SerialNumber.parse("5A544547C6754546").value
    'ZTEGC6754546'
    >>> SerialNumber.parse("ZTEGC67S4546").value  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    sikpro.domain.errors.InvalidValue: A modem serial is 4 letters and 8 hexadecimal digits ... Written: ZTEGC67S4546
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse either notation. Raises `InvalidValue`; its suggestion has misread `O I L S` corrected if that fits."""
        value = compact(text, " .-:")
        understood = _as_serial(value)
        if understood:
            return cls(understood, text)
        suggestion = None
        if len(value) == 12:
            head = value[:4].translate(str.maketrans("015", "OIS"))
            head = "ZTEG" if head in {"2TEG", "ZTE6", "2TE6", "ZIEG"} else head
            suggestion = _as_serial(head + value[4:].translate(_MISREAD))
        elif len(value) == 16:
            suggestion = _as_serial(value.translate(_MISREAD))
        reason = "serial.shape" if len(value) in {12, 16} else "serial.length"
        raise InvalidValue(reason, one_line(text), suggestion)

    @property
    def vendor(self) -> str | None:
        """The maker's name, None for an unknown vendor id."""
        return VENDORS.get(self.value[:4])

    @property
    def hexadecimal(self) -> str:
        """The 16-digit notation that some labels print.

        >>> SerialNumber.parse("ZTEGC6754546").hexadecimal
        '5A544547C6754546'
        """
        return self.value[:4].encode("ascii").hex().upper() + self.value[4:]

    def __str__(self) -> str:
        return self.value


def _as_serial(value: str) -> str | None:
    if len(value) == 16 and value.isascii() and _HEX.match(value):
        vendor = bytes.fromhex(value[:8]).decode("latin-1")
        value = vendor + value[8:]
    if len(value) == 12 and re.match(r"[A-Z]{4}", value) and _HEX.match(value[4:]):
        return value
    return None


@frozen
class StoCode:
    """The three-letter code of an STO (*Sentral Telepon Otomat*), also called workzone or sub-area.

    >>> StoCode.parse(" sda ").value
    'SDA'
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a code. Raises `InvalidValue`. The catalogue knows whether the STO exists."""
        value = compact(text)
        if re.fullmatch(r"[A-Z]{3}", value):
            return cls(value, text)
        letters = value.translate(str.maketrans("015", "OIS"))
        suggestion = letters if re.fullmatch(r"[A-Z]{3}", letters) else None
        raise InvalidValue("sto.shape", one_line(text), suggestion)

    def __str__(self) -> str:
        return self.value


@frozen
class OdpName:
    """The name of an ODP: `ODP-<STO>-<name>`. The name is digits, or a cabinet, `/` and digits.

    >>> OdpName.parse("odp-gds-fat / 75").value
    'ODP-GDS-FAT/75'
    >>> OdpName.parse("ODP SDA 003").sto
    'SDA'
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse an ODP's name. Raises `InvalidValue`, with misread digits corrected in the suggestion if it fits."""
        bare = one_line(text).upper()
        value = _as_odp(bare)
        if value:
            return cls(value, text)
        suggestion = None
        match = re.fullmatch(r"[O0]DP[\s.-]*([A-Z0-9]{3})[\s.-]*(?:([A-Z0-9]{1,8}?)\s*/\s*)?([A-Z0-9]{1,5})", bare)
        if match:
            sto, cabinet, number = match.groups()
            sto = sto.translate(str.maketrans("015", "OIS"))
            number = number.translate(_MISREAD)
            suggestion = _as_odp(f"ODP-{sto}-{cabinet + '/' if cabinet else ''}{number}")
        raise InvalidValue("odp.shape", one_line(text), suggestion)

    @property
    def sto(self) -> str:
        """The STO in the ODP's own name; it should be the order's."""
        return self.value.split("-")[1]

    def __str__(self) -> str:
        return self.value


def _as_odp(bare: str) -> str | None:
    match = re.fullmatch(
        r"ODP\s*[-.\s]?\s*([A-Z]{3})\s*[-.\s]?\s*([0-9]{1,5}|[A-Z][A-Z0-9]{0,7}\s*/\s*[0-9]{1,5})", bare
    )
    return f"ODP-{match[1]}-{''.join(match[2].split())}" if match else None


@frozen
class TechnicianCode:
    """A technician's code: 4 to 16 letters and digits (crew prefix, STO, number, as in `F5SDA445`).

    >>> TechnicianCode.parse("f5sda445").value
    'F5SDA445'
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a code. Raises `InvalidValue`."""
        value = compact(text)
        if re.fullmatch(r"[A-Z0-9]{4,16}", value):
            return cls(value, text)
        raise InvalidValue("technician.shape", one_line(text))

    def __str__(self) -> str:
        return self.value


__all__ = ["VENDORS", "OdpName", "RegistrationNumber", "SerialNumber", "StoCode", "TechnicianCode"]
