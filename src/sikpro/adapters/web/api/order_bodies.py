"""The shapes of bodies that orders take."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from sikpro.application.conversation.reader.read_message import LONGEST
from sikpro.application.fields import FIELDS
from sikpro.application.use_cases.orders.understand_request import CONFIRMED

CONFIRMED_STO = {CONFIRMED: "odp.other_sto"}
"""What says, beside an order's texts, that its ODP is of another STO."""

Reason = Annotated[str, Meta(description="why; the technician reads it")]
Version = Annotated[int | None, Meta(description="the version that you read; the header If-Match says the same")]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """A body: a field that it does not have is an error."""


if TYPE_CHECKING:

    class NewTexts(Strict):
        """The fields of a new order."""

    class SomeTexts(Strict):
        """Fields of an order to change."""

else:
    NewTexts = msgspec.defstruct(
        "NewTexts",
        [
            (one.name, Annotated[str, Meta(examples=[one.example])] if one.example else str, "")
            if not one.required
            else (one.name, Annotated[str, Meta(examples=[one.example])])
            for one in FIELDS
        ],
        bases=(Strict,),
        namespace={"__doc__": "The fields of a new order, as people write them.", "__module__": __name__},
    )
    SomeTexts = msgspec.defstruct(
        "SomeTexts",
        [(one.name, str | UnsetType, UNSET) for one in FIELDS],
        bases=(Strict,),
        namespace={"__doc__": "The fields of an order to change; the others stay.", "__module__": __name__},
    )


class NewOrder(Strict):
    """A new order: its `fields`, or the `message` of a technician to read. `confirmed`: the ODP is of another STO."""

    fields: NewTexts | UnsetType = UNSET
    message: Annotated[str, Meta(max_length=LONGEST)] | UnsetType = UNSET
    confirmed: bool = False


class NewStatus(Strict):
    """A status by its code, with what the technician reads.

    Without `feedback` the status's own text is sent, as the console proposes it; "" sends none.
    """

    status: Annotated[str, Meta(examples=["odp_penuh"])]
    feedback: str | None = None
    reason: str = ""


class Correction(Strict):
    """Fields to replace. `confirmed`: the ODP is of another STO."""

    fields: SomeTexts
    confirmed: bool = False


class WithReason(Strict):
    """An act with its reason."""

    reason: Reason


class WithText(Strict):
    """An act with its text."""

    text: str


class Assignment(Strict):
    """Whom an order is given to: the id of a helpdesk or a team leader."""

    to: int


class WhatNext(Strict):
    """Of which orders the next is taken: the query of a list, as `/api/v1/orders` takes it."""

    query: Annotated[str, Meta(examples=["sto=SDA&type=AO"], max_length=2000)] = ""


class HandOver(Strict):
    """What is known of an order; its technician is asked for the rest in their chat."""

    fields: SomeTexts


def given(texts: Struct) -> dict[str, str]:
    """Return the fields of a body that were given."""
    return {name: text for name, text in msgspec.structs.asdict(texts).items() if text is not UNSET}
