"""What a program reads of our values."""

from datetime import timedelta

import pytest

from sikpro.application import as_json
from sikpro.application.fields import FIELDS
from sikpro.domain import events
from sikpro.domain.events import FieldChange, OrderEvent, StatusChanged
from sikpro.domain.phase import Phase
from sikpro.domain.place import Place


def test_every_field_of_the_order_is_in_its_json() -> None:
    assert as_json.OrderTexts.__struct_fields__ == tuple(field.name for field in FIELDS)


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (Phase.HELD_UP, "held_up"),
        (timedelta(minutes=2), 120.0),
        (Place(-7.4, 112.7), {"latitude": -7.4, "longitude": 112.7}),
        ((FieldChange("odp", "a", "b"),), [{"field": "odp", "before": "a", "after": "b"}]),
        ({Phase.WAITING: 1}, {"waiting": 1}),
        (None, None),
    ],
)
def test_a_value_of_ours_is_plain_json(value: object, json: object) -> None:
    assert as_json.plain(value) == json


def test_each_kind_of_event_has_a_name_of_its_own() -> None:
    kinds = [one for one in vars(events).values() if isinstance(one, type) and issubclass(one, OrderEvent)]
    names = {as_json.kind_of(one) for one in kinds}
    assert len(names) == len(kinds)
    assert as_json.kind_of(StatusChanged) == "status_changed"
