"""What a disturbance of a box, a feeder or an STO touches."""

import pytest

from sikpro.domain.disturbance import Disturbance, Scope, feeder_of, feeder_typed
from sikpro.domain.errors import InvalidValue
from sikpro.testing.builders import NOON, coded


@pytest.mark.parametrize(
    ("scope", "place", "touched"),
    [
        (Scope.BOX, "ODP-SDA-FAB/12", [("SDA", "ODP-SDA-FAB/12"), ("TUN", "ODP-SDA-FAB/12")]),
        (Scope.FEEDER, "SDA-FAB", [("SDA", "ODP-SDA-FAB/12"), ("TUN", "ODP-SDA-FAB/12"), ("SDA", "ODP-SDA-FAB/1")]),
        (Scope.STO, "SDA", [("SDA", "ODP-SDA-FAB/12"), ("SDA", "ODP-SDA-FAB/1"), ("SDA", "ODP-SDA-003")]),
    ],
)
def test_an_order_is_in_the_scope_by_its_box_its_feeder_or_its_sto(
    scope: Scope, place: str, touched: list[tuple[str, str]]
) -> None:
    one = Disturbance(id=1, scope=scope, place=place, status="", text="x", declared_by=1, declared_at=NOON)
    orders = [
        *(("SDA", "ODP-SDA-FAB/12"), ("TUN", "ODP-SDA-FAB/12"), ("SDA", "ODP-SDA-FAB/1"), ("SDA", "ODP-SDA-003")),
        *(("TUN", "ODP-TUN-FAB/12"), ("TUN", "ODP-SDA-FABX/12"), ("TUN", "ODP-SDA-003")),
    ]
    assert [order for order in orders if one.touches(*order)] == touched


def test_a_feeder_is_the_sto_and_the_cabinet_of_a_box() -> None:
    boxes = ("ODP-SDA-FAB/12", "GCL-SDA-01/5", "ODP-SDA-003", "ODP", "A/1", "")
    assert [feeder_of(box) for box in boxes] == ["SDA-FAB", "SDA-01", "", "", "", ""]


@pytest.mark.parametrize("typed", ["SDA-FAB", " odc-sda-fab ", "ODP-SDA-FAB/12", "ODC - SDA - FAB", "SDA-FAB/"])
def test_a_feeder_is_written_as_people_do(typed: str) -> None:
    assert feeder_typed(typed) == "SDA-FAB"


@pytest.mark.parametrize("typed", ["SDA", "FAB", "SDAX-FAB", "ODC SDA FAB LAMA", "SDA-FAB/12/3", "SDA-TOOLONGNAME"])
def test_what_is_no_feeder_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, check=coded("disturbance.feeder")):
        feeder_typed(typed)
