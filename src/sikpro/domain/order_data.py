"""What a request says: the order's fields, the way it came in and the message it came from."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from attrs import asdict, fields, frozen

from sikpro.domain.events import FieldChange
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode


class Channel(StrEnum):
    """How a request came in."""

    TELEGRAM = "telegram"
    WEB = "web"
    LIBRARY = "library"
    IMPORT = "import"


@frozen
class Origin:
    """The chat message that an order came from, to which feedback is the reply."""

    chat_id: int
    message_id: int | None


@frozen(kw_only=True)
class OrderData:
    """What a technician sends: the six values of the request, and the texts beside them, "" where nothing was said."""

    type: str
    registration_number: RegistrationNumber
    serial: SerialNumber
    sto: StoCode
    odp: OdpName
    technician: TechnicianCode
    note: str = ""

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts beside the six values, by their fields."""
        return {name: getattr(self, name) for name in TEXTS}

    def differences(self, other: Self) -> tuple[FieldChange, ...]:
        """The fields in which the other data differ, with both values as text."""
        return tuple(
            FieldChange(name, str(before), str(getattr(other, name)))
            for name, before in asdict(self, recurse=False).items()
            if before != getattr(other, name)
        )


TEXTS = tuple(one.name for one in fields(OrderData) if one.default == "")
"""The fields of `OrderData` that are texts beside the six values: stored, listed, searched and shown as they are."""
