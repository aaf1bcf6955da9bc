"""One dictionary of labels: the headings of the field and of the provider name the right columns everywhere."""

import pytest

from sikpro.application.conversation.reader.dictionary import LABELS, Role
from sikpro.application.labels import BOTH, CHAT, TABLES
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.tables.import_rows import list_columns
from sikpro.application.use_cases.tables.judge_orders import COLUMNS as ORDERS
from sikpro.application.use_cases.tables.reconcile_orders import COLUMNS as PROVIDER
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.table_columns import TableColumn, find_columns

WFM = "WONUM,SCORDERNO,WORKZONE,STATUS,REPORTDATE,TKCUSTOMERNAME,SERVICENUM,AMCREW,SN_ONT"
KPRO = (
    "ORDER_ID,REGIONAL,WITEL,DATEL,STO,JENISPSB,STATUS_RESUME,STATUS_MESSAGE,ORDER_DATE,TGL_PS,LAST_UPDATED_DATE,NCLI,"
    "SPEEDY,LOC_ID,DEVICE_ID,PACKAGE_NAME,TEKNISI"
)
CREW = "NO,NAMA TEKNISI,KODE,SO,NO HP"


@pytest.mark.parametrize(
    ("header", "columns", "named"),
    [
        (
            WFM,
            ORDERS,
            "SCORDERNO=registration_number WORKZONE=sto STATUS=status REPORTDATE=received_at AMCREW=technician "
            "SN_ONT=serial",
        ),
        (
            KPRO,
            ORDERS,
            "ORDER_ID=registration_number STO=sto JENISPSB=type ORDER_DATE=received_at TGL_PS=completed_at"
            " LOC_ID=odp TEKNISI=technician",
        ),
        (
            WFM,
            PROVIDER,
            "SCORDERNO=registration_number WORKZONE=sto STATUS=status REPORTDATE=date AMCREW=technician SN_ONT=serial",
        ),
        (
            KPRO,
            PROVIDER,
            "ORDER_ID=registration_number STO=sto JENISPSB=type STATUS_RESUME=status ORDER_DATE=date TGL_PS=ended_at"
            " LOC_ID=odp TEKNISI=technician",
        ),
        (CREW, ORDERS, "KODE=technician"),
        (CREW, list_columns(LISTS["people"]), "NAMA TEKNISI=name KODE=technician_code SO=site_operation NO HP=phone"),
        ("WORKZONE,NAMA STO,SO", list_columns(LISTS["stos"]), "WORKZONE=code NAMA STO=name SO=site_operation"),
        (
            "PERIODE,STO,TARGET,HK",
            list_columns(LISTS["targets"]),
            "PERIODE=month STO=sto TARGET=target HK=working_days",
        ),
    ],
)
def test_the_headings_of_the_field_name_their_columns(
    header: str, columns: tuple[TableColumn, ...], named: str
) -> None:
    headings = header.split(",")
    found = find_columns(TableSheet(name="", rows=[headings]), columns)
    assert " ".join(f"{headings[place]}={name}" for place, name in found.items()) == named


def test_what_a_label_means_above_a_column_it_means_in_a_message() -> None:
    ours = {"type", "registration_number", "serial", "sto", "odp", "port", "technician"}
    for thing, labels in BOTH.items():
        for label in labels:
            meant = LABELS[label]
            assert (meant.role, meant.field) == (Role.OURS, thing) or thing not in ours, label


def test_no_thing_has_a_label_twice() -> None:
    for thing in BOTH.keys() | CHAT.keys() | TABLES.keys():
        labels = [*BOTH.get(thing, ()), *CHAT.get(thing, ()), *TABLES.get(thing, ())]
        assert len(set(labels)) == len(labels), thing
