"""Map an order to a table row and back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sikpro.application.ports.queries import OrderRow
from sikpro.domain.order import Order
from sikpro.domain.order_data import TEXTS, Channel, OrderData, Origin
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.place import Place
from sikpro.domain.search_text import search_text
from sikpro.domain.turns import TurnClock
from sikpro.domain.values import OdpName, RegistrationNumber, SerialNumber, StoCode, TechnicianCode

Row = Mapping[Any, Any]


def order_to_row(order: Order, key: str | None, technician_name: str) -> dict[str, Any]:
    """Return the values of all columns of `orders`."""
    data = order.data
    return {
        "id": order.id,
        "number": data.registration_number.value,
        "number_typed": data.registration_number.typed,
        "type": data.type,
        "serial": data.serial.value,
        "serial_typed": data.serial.typed,
        "sto": data.sto.value,
        "sto_typed": data.sto.typed,
        "odp": data.odp.value,
        "odp_typed": data.odp.typed,
        "technician": data.technician.value,
        "technician_typed": data.technician.typed,
        **data.texts,
        "search_text": search_text(data, technician_name),
        "channel": order.channel.value,
        "sender": order.sender,
        "origin_chat_id": order.origin.chat_id if order.origin else None,
        "origin_message_id": order.origin.message_id if order.origin else None,
        "received_at": order.received_at,
        "recorded_at": order.recorded_at,
        "changed_at": order.changed_at,
        "phase": order.phase.value,
        "status": order.status,
        "turn": order.turn.value,
        "turn_since": order.clock.since,
        **{f"spent_{turn.value}": order.clock.spent.get(turn) for turn in Turn},
        "holder": order.holder,
        "claimed_until": order.claimed_until,
        "claimed_at": order.claimed_at,
        "helpdesk": order.helpdesk,
        "first_action_at": order.first_action_at,
        "finished_at": order.finished_at,
        "resubmissions": order.resubmissions,
        "reopenings": order.reopenings,
        "hold_ups": order.hold_ups,
        "resubmitted": order.resubmitted,
        "reply_waiting": order.reply_waiting,
        "nudged_at": order.nudged_at,
        "last_feedback": order.last_feedback,
        "last_feedback_at": order.last_feedback_at,
        "place": str(order.place) if order.place else None,
        "deleted_at": order.deleted_at,
        "duplicate_key": key,
        "version": order.version,
    }


def order_from_row(row: Row) -> Order:
    """Return the order of a row; saved values were parsed once and are not parsed again."""
    chat_id = row["origin_chat_id"]
    return Order(
        id=row["id"],
        data=data_from_row(row),
        channel=Channel(row["channel"]),
        sender=row["sender"],
        origin=None if chat_id is None else Origin(chat_id, row["origin_message_id"]),
        received_at=row["received_at"],
        recorded_at=row["recorded_at"],
        changed_at=row["changed_at"],
        phase=Phase(row["phase"]),
        status=row["status"],
        clock=TurnClock(Turn(row["turn"]), row["turn_since"], _spent(row)),
        holder=row["holder"],
        claimed_until=row["claimed_until"],
        claimed_at=row["claimed_at"],
        helpdesk=row["helpdesk"],
        first_action_at=row["first_action_at"],
        finished_at=row["finished_at"],
        resubmissions=row["resubmissions"],
        reopenings=row["reopenings"],
        hold_ups=row["hold_ups"],
        resubmitted=row["resubmitted"],
        reply_waiting=row["reply_waiting"],
        nudged_at=row["nudged_at"],
        last_feedback=row["last_feedback"],
        last_feedback_at=row["last_feedback_at"],
        place=_place(row),
        deleted_at=row["deleted_at"],
        version=row["version"],
    )


def data_from_row(row: Row) -> OrderData:
    """Return the data that the technician sent."""
    return OrderData(
        type=row["type"],
        registration_number=RegistrationNumber(row["number"], row["number_typed"]),
        serial=SerialNumber(row["serial"], row["serial_typed"]),
        sto=StoCode(row["sto"], row["sto_typed"]),
        odp=OdpName(row["odp"], row["odp_typed"]),
        technician=TechnicianCode(row["technician"], row["technician_typed"]),
        **_texts(row),
    )


def list_row(row: Row) -> OrderRow:
    """Return an order as a row of a list, with the joined names."""
    return OrderRow(
        id=row["id"],
        number=row["number"],
        type=row["type"],
        serial=row["serial"],
        sto=row["sto"],
        site_operation=row["site_operation"] or "",
        odp=row["odp"],
        technician=row["technician"],
        technician_name=row["technician_name"] or "",
        texts=_texts(row),
        channel=row["channel"],
        phase=Phase(row["phase"]),
        status=row["status"],
        turn=Turn(row["turn"]),
        turn_since=row["turn_since"],
        spent=_spent(row),
        holder=row["holder"],
        holder_name=row["holder_name"] or "",
        helpdesk=row["helpdesk"],
        helpdesk_name=row["helpdesk_name"] or "",
        received_at=row["received_at"],
        changed_at=row["changed_at"],
        claimed_until=row["claimed_until"],
        first_action_at=row["first_action_at"],
        finished_at=row["finished_at"],
        resubmissions=row["resubmissions"],
        resubmitted=row["resubmitted"],
        reply_waiting=row["reply_waiting"],
        nudged_at=row["nudged_at"],
        last_feedback=row["last_feedback"],
        last_feedback_at=row["last_feedback_at"],
        place=_place(row),
        deleted_at=row["deleted_at"],
        version=row["version"],
    )


def _place(row: Row) -> Place | None:
    return Place.read(row["place"]) if row["place"] else None


def _texts(row: Row) -> dict[str, str]:
    return {name: row[name] for name in TEXTS}


_SPENT = tuple((turn, f"spent_{turn.value}") for turn in Turn)


def _spent(row: Row) -> dict[Turn, timedelta]:
    return {turn: spent for turn, column in _SPENT if (spent := row[column]) is not None}
