"""The device ledger: a modem, an ODP, an STO or a technician with all orders, and what is odd among them."""

from collections.abc import Callable
from datetime import datetime
from itertools import chain

from sikpro.adapters.excel.later import LaterWorkbooks
from sikpro.application.ports.queries import Key
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Sheet
from sikpro.application.reports.csv_text import csv_bytes
from sikpro.application.reports.device_rows import anomaly_sheet, history_sheet
from sikpro.application.use_cases.catalogue.typed_values import box_typed
from sikpro.application.use_cases.devices.anomalies import Anomaly, AnomalyPage, list_anomalies
from sikpro.application.use_cases.devices.device_ledger import DevicePage, look_up_device, understand_device
from sikpro.domain.people import Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.files import Destination, written
from sikpro.entrypoints.library.session import Group, Work


@held_as("devices")
class Devices(Group):
    """`app.devices`: the device ledger, for who may view all orders; its files and anomalies for who may see reports.

    Every method raises `NotPermitted` for others.
    """

    def look_up(self, text: str, *, after: Key | None = None, after_box: str = "") -> DevicePage:
        """Return a page about a modem, an ODP, an STO or a technician, with its orders, newest first.

        `after` is the `key` of the last order of the page before, `after_box` the last ODP. Raises `InvalidValue` for a
        text that is none of these.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> DevicePage:
            query = understand_device(text, lambda typed: box_typed(uow, typed))
            return look_up_device(uow, query, by, after=after, after_box=after_box)

        return self._session.read(work)

    def anomalies(self, kind: str, *, after: str = "") -> AnomalyPage:
        """Return a page of a list of anomalies: `serial`, `odp`, `reopened` or `untouched`.

        `after` is the `place` of the last entry of the page before. Raises `ValueError` for another list.
        """
        which = _list("anomalies", kind)
        return self._session.read(lambda uow, by, now: list_anomalies(uow, which, by, now, self._session.zone, after))

    def history_to_excel(self, text: str, into: Destination) -> None:
        """Write the newest orders of a modem, an ODP, an STO or a technician, with their hold-ups, as a workbook.

        Raises `InvalidValue`, `OSError`.
        """

        def sheet(uow: UnitOfWork, by: Person, now: datetime) -> Sheet:
            query = understand_device(text, lambda typed: box_typed(uow, typed))
            return history_sheet(uow, query, by, self._session.words, now)

        self._to_excel("devices.xlsx", sheet, into)

    def anomalies_to_excel(self, kind: str, into: Destination) -> None:
        """Write a list of anomalies with all orders behind it as a workbook. Raises `ValueError`, `OSError`."""
        self._to_excel("anomalies.xlsx", self._anomalies(_list("anomalies_to_excel", kind)), into)

    def anomalies_to_csv(self, kind: str, into: Destination) -> None:
        """Write a list of anomalies with all orders behind it as a CSV. Raises `ValueError`, `OSError`."""
        sheet = self._session.read(self._anomalies(_list("anomalies_to_csv", kind)))
        written(into, lambda path: path.write_bytes(b"".join(csv_bytes(chain([sheet.header], sheet.rows)))))
        self._session.record_file("anomalies.csv")

    def _anomalies(self, kind: Anomaly) -> Work[Sheet]:
        return lambda uow, by, now: anomaly_sheet(uow, kind, by, self._session.words, now)

    def _to_excel(self, name: str, make: Callable[[UnitOfWork, Person, datetime], Sheet], into: Destination) -> None:
        sheet = self._session.read(make)
        written(into, lambda path: LaterWorkbooks().write(path, [sheet]))
        self._session.record_file(name)


def _list(method: str, kind: str) -> Anomaly:
    if kind not in set(Anomaly):
        raise ValueError(f"devices.{method}: there is no {kind!r}; there are {', '.join(Anomaly)}")
    return Anomaly(kind)
