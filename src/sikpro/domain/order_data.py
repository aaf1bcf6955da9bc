"""The data of a request: the order's fields, its channel and its message."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from attrs import asdict, fields, frozen

from sikpro.domain.events import FieldChange
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode


class Channel(StrEnum):
    """How a request arrived."""

    TELEGRAM = "telegram"
    WEB = "web"
    LIBRARY = "library"
    IMPORT = "import"
    API = "api"


@frozen
class Origin:
    """The chat message that an order came from; feedback replies to it."""

    chat_id: int
    message_id: int | None


@frozen(kw_only=True)
class OrderData:
    """The data from a technician: the six values of the request, and the other texts, "" when empty.

    `port` is the port of the box, "1" to "99".
    """

    type: str
    registration_number: RegistrationNumber
    serial: SerialNumber
    sto: StoCode
    odp: OdpName
    technician: TechnicianCode
    note: str = ""
    port: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts beside the six values, by field."""
        return {name: getattr(self, name) for name in TEXTS}

    def differences(self, other: Self) -> tuple[FieldChange, ...]:
        """Return the fields in which the other data differ, with both values as text."""
        return tuple(
            FieldChange(name, str(before), str(getattr(other, name)))
            for name, before in asdict(self, recurse=False).items()
            if before != getattr(other, name)
        )


TEXTS = tuple(one.name for one in fields(OrderData) if one.default == "")
"""The fields of `OrderData` that are texts beside the six values; saved, listed, searched and shown unchanged."""
