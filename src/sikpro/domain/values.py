"""The five values of an order request. Each parses what people type, or raises an error that says what is wrong.

Each keeps the typed text beside the parsed value. Two values are equal when they mean the same.
"""

import re
from typing import Self

from attrs import field, frozen

from sikpro.domain.errors import InvalidValue
from sikpro.domain.patterns import FIRST_BOXES, FIRST_NUMBERS, MISREAD, MISREAD_LETTERS, STARTING, Patterns
from sikpro.domain.text import compact, one_line

_HEX = re.compile(r"[0-9A-F]+\Z")

VENDORS = {
    "ZTEG": "ZTE",
    "HWTC": "Huawei",
    "ALCL": "Nokia/Alcatel",
    "NOKG": "Nokia",
    "NOKW": "Nokia",
    "FHTT": "FiberHome",
    "CDTC": "C-Data",
    "SKYW": "Skyworth",
    "GNXS": "Genexis",
    "RTEG": "RTEG",
    "XPON": "XPON",
    "CIGG": "CIG",
}
"""Vendor ids of ITU-T G.984.3 found in the field: the makers that a catalogue begins with."""


@frozen
class RegistrationNumber:
    """The order's number at the provider: `SC` and 6 to 12 digits, or as the installation's patterns say.

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
    def parse(cls, text: str, patterns: Patterns = STARTING) -> Self:
        """Parse typed text. Raises `InvalidValue`, with misread characters corrected in the suggestion if it fits."""
        value = compact(text)
        if patterns.is_number(value):
            return cls(value, text)
        suggestion = patterns.number_meant(value)
        if patterns.numbers == FIRST_NUMBERS:
            raise InvalidValue("registration_number.shape", one_line(text), suggestion)
        rows = " · ".join(map(str, patterns.numbers))
        raise InvalidValue("registration_number.pattern", one_line(text), suggestion, patterns=rows)

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
            head = value[:4].translate(MISREAD_LETTERS)
            head = "ZTEG" if head in {"2TEG", "ZTE6", "2TE6", "ZIEG"} else head
            suggestion = _as_serial(head + value[4:].translate(MISREAD))
        elif len(value) == 16:
            suggestion = _as_serial(value.translate(MISREAD))
        reason = "serial.shape" if len(value) in {12, 16} else "serial.length"
        raise InvalidValue(reason, one_line(text), suggestion)

    @property
    def vendor_id(self) -> str:
        """The vendor's four letters. The catalogue of makers knows its name."""
        return self.value[:4]

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
        letters = value.translate(MISREAD_LETTERS)
        suggestion = letters if re.fullmatch(r"[A-Z]{3}", letters) else None
        raise InvalidValue("sto.shape", one_line(text), suggestion)

    def __str__(self) -> str:
        return self.value


@frozen
class OdpName:
    """The name of an ODP: `ODP-<STO>-<name>`. The name is digits, or a cabinet, `/` and digits.

    An installation's patterns may have other prefixes and names.

    >>> OdpName.parse("odp-gds-fat / 75").value
    'ODP-GDS-FAT/75'
    >>> OdpName.parse("ODP SDA FBG 14.").value, OdpName.parse("fbg/014", sto="SDA").value
    ('ODP-SDA-FBG/14', 'ODP-SDA-FBG/014')
    >>> OdpName.parse("ODP SDA 003").sto
    'SDA'
    """

    value: str
    typed: str = field(eq=False, repr=False)

    @classmethod
    def parse(cls, text: str, patterns: Patterns = STARTING, sto: str = "") -> Self:
        """Parse an ODP's name. Raises `InvalidValue`, with misread characters corrected in the suggestion if it fits.

        A cabinet and its number are enough where the order's STO is given.
        """
        bare = one_line(text).upper()
        value = patterns.box(bare) or (patterns.box_in(sto, bare) if sto and "/" in bare else None)
        if value:
            return cls(value, text)
        suggestion = patterns.box_meant(bare) or (patterns.box_in(sto, bare, meant=True) if sto else None)
        if patterns.boxes == FIRST_BOXES:
            raise InvalidValue("odp.shape", one_line(text), suggestion)
        rows = " · ".join(map(str, patterns.boxes))
        raise InvalidValue("odp.pattern", one_line(text), suggestion, patterns=rows)

    @property
    def sto(self) -> str:
        """The STO in the ODP's own name; it should be the order's."""
        return self.value.split("-")[1]

    def __str__(self) -> str:
        return self.value


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
