"""What Prometheus and Grafana get from a running installation, after an order and its answer."""

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest
from attrs import frozen
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.e2e.installation import CREW, TOKEN, Installation, installed, wait_until
from tests.integration.e2e.test_the_way_of_an_order import WHOLE
from tests.integration.loopback import NO_TLS
from tests.integration.needs import need

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PANELS: list[dict[str, Any]] = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))["panels"]
NO_PROMTOOL = "needs promtool: apt install prometheus, or .tools/promtool (CONTRIBUTING.md)"


@frozen
class Told:
    """What `/metrics` answered."""

    text: str

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples of a name with these labels."""
        return sum(
            sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def labels(self) -> dict[str, set[str]]:
        """The labels of each name."""
        found: dict[str, set[str]] = {}
        for family in text_string_to_metric_families(self.text):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
        return found


def ask(installation: Installation) -> Told:
    """Scrape it from this machine."""
    answer = httpx.get(f"{installation.console}/metrics", trust_env=False, verify=NO_TLS, timeout=10)
    assert answer.status_code == 200
    return Told(answer.text)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """What is told after one order, one thing that was no order, their answers, and a look at the login page."""
    folder = tmp_path_factory.mktemp("metrics")
    backups = folder / "backups"
    backups.mkdir()
    with installed(folder, extra={"SIKPRO_BACKUPS": str(backups)}) as installation:
        installation.sikpro.start()
        httpx.get(f"{installation.console}/login", trust_env=False, verify=NO_TLS)
        installation.say(CREW[0], "/reg " + WHOLE)
        installation.hears(CREW[0], "antrean ke-1")
        installation.say(CREW[0], "/reg " + WHOLE)
        installation.hears(CREW[0], "Ditolak: SC32232558 sudah masuk")
        said = "sikpro_oldest_unsent_seconds", "sikpro_last_update_seconds", "sikpro_backup_age_seconds"
        wait_until(lambda: ask(installation).labels().keys() >= set(said), "a probe and a backup")
        wait_until(lambda: ask(installation).value("sikpro_messages_total", fate="sent") >= 2, "both answers are kept")
        yield ask(installation)


@pytest.mark.audit
def test_an_order_and_its_answer_are_counted_and_the_figures_are_there(told: Told) -> None:
    assert told.value("sikpro_updates_total", outcome="order") == 1
    assert told.value("sikpro_updates_total", outcome="refusal") == 1
    assert told.value("sikpro_update_seconds_count") == 2
    assert told.value("sikpro_messages_total", fate="failed") == 0
    assert told.value("sikpro_message_seconds_count") == told.value("sikpro_messages_total", fate="sent")
    assert told.value("sikpro_http_requests_total", route="/login", status="2xx") == 1
    assert told.value("sikpro_up") == told.value("sikpro_ready") == 1
    assert told.value("sikpro_waiting", queue="messages") == told.value("sikpro_oldest_unsent_seconds") == 0
    assert told.value("sikpro_pool_size", pool="writers") == 1
    assert 0 < told.value("sikpro_poll_age_seconds") < 60
    assert told.value("process_resident_memory_bytes") > 1_000_000
    for secret in ("SC32232558", TOKEN.partition(":")[2], "Teknisi"):
        assert secret not in told.text


def expressions() -> list[str]:
    """Every expression of the dashboard and of the alerts."""
    drawn = [target["expr"] for panel in PANELS for target in panel.get("targets", ())]
    alerts = re.findall(r"^\s+expr: (.+)$", (DEPLOY / "alerts.yml").read_text("utf-8"), re.M)
    assert len(drawn) > 15
    assert len(alerts) > 5
    return drawn + alerts


@pytest.mark.audit
def test_the_dashboard_and_the_alerts_use_only_what_is_told(told: Told) -> None:
    known, wrong = told.labels(), []
    for expression in expressions():
        names = set(re.findall(r"\b(?:sikpro|process)_\w+", expression))
        assert names or expression.startswith("up{"), expression
        wrong += [f"{name} in {expression}" for name in names - known.keys()]
        labels = {label for name in names for label in known.get(name, ())} | {"instance", "job"}
        used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
        used |= {one.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for one in group.split(",")}
        wrong += [f"label {label} in {expression}" for label in used - labels]
    assert wrong == []


def promtool() -> str:
    """The way to promtool; skips where it is not."""
    found = which("promtool") or next((str(one) for one in [ROOT / ".tools" / "promtool"] if one.exists()), None)
    need(found, NO_PROMTOOL)
    assert found
    return found


def checked(what: str, *files: str, told: str = "") -> subprocess.CompletedProcess[str]:
    """What promtool says of it."""
    return subprocess.run(
        [promtool(), "check", what, *files], input=told, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.audit
def test_promtool_finds_nothing_wrong_with_what_is_told(told: Told) -> None:
    done = checked("metrics", told=told.text)
    assert (done.returncode, done.stderr) == (0, "")


def test_promtool_finds_nothing_wrong_with_the_alerts() -> None:
    done = checked("rules", str(DEPLOY / "alerts.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_understands_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    drawn = [one.replace("$__rate_interval", "5m").replace("$instance", ".*") for one in expressions()]
    rules = [{"record": f"drawn:{place}", "expr": expression} for place, expression in enumerate(drawn)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "drawn", "rules": rules}]}), "utf-8")
    done = checked("rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


ILL = {
    "SikproGone": ('up{job="sikpro"}', "1", "0"),
    "SikproStops": ("sikpro_up", "1", "0"),
    "SikproMessagesWait": ("sikpro_oldest_unsent_seconds", "60", "601"),
    "SikproNoPoll": ("sikpro_poll_age_seconds", "50", "181"),
    "SikproPartIll": ('sikpro_part_ill{part="disk"}', "0", "1"),
    "SikproBackupLate": ("sikpro_backup_age_seconds", "86400", "130000"),
    "SikproLeftByOutage": ("sikpro_failed_by_outage", "0", "1"),
    "SikproPagesFail": ('sikpro_http_requests_total{status="5xx"}', "0+0", "0+5"),
    "SikproPagesSlow": ("sikpro_http_request_seconds_bucket", "", ""),
}
"""Of each alert what it looks at, when it is well and when it is not."""


def series(name: str, values: str, minutes: int = 40) -> list[dict[str, str]]:
    """A series that is as its values say each minute; the pages are quick or take 2.5 seconds."""
    if name == "sikpro_http_request_seconds_bucket":
        quick = f"0+9x{minutes}" if values else f"0+0x{minutes}"
        edges = {"0.1": quick, "1": quick, "2.5": f"0+9x{minutes}", "+Inf": f"0+9x{minutes}"}
        return [{"series": f'{name}{{le="{edge}",route="/orders"}}', "values": grows} for edge, grows in edges.items()]
    return [{"series": name, "values": values + ("" if "+" in values else "+0") + f"x{minutes}"}]


@pytest.mark.parametrize("alert", ILL)
def test_an_alert_is_given_when_something_is_ill_and_not_while_all_is_well(alert: str, tmp_path: Path) -> None:
    name, well, ill = ILL[alert]
    firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'
    tests = [
        {
            "interval": "1m",
            "input_series": series(name, values or now),
            "promql_expr_test": [{"expr": firing, "eval_time": "35m", "exp_samples": expected}],
        }
        for now, values, expected in (
            ("quick", well, []),
            ("", ill, [{"labels": "{}", "value": 1}]),
        )
    ]
    file = tmp_path / "tests.yml"
    file.write_text(json.dumps({"rule_files": [str(DEPLOY / "alerts.yml")], "tests": tests}), "utf-8")
    done = subprocess.run([promtool(), "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tried() -> None:
    assert re.findall(r"- alert: (\w+)", (DEPLOY / "alerts.yml").read_text("utf-8")) == [*ILL]


def test_the_configuration_for_prometheus_is_one() -> None:
    done = checked("config", str(DEPLOY / "prometheus.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_panel_has_its_own_place_a_unit_and_words_and_every_alert_says_what_to_do() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for spot in product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])):
            assert spot not in taken, f"{panel['title']} covers {taken[spot]}"
            taken[spot] = panel["title"]
        if panel["type"] != "row":
            looks = panel["fieldConfig"]["defaults"]
            assert panel["description"], panel["title"]
            assert looks["unit"], panel["title"]
            assert looks["thresholds"]["steps"], panel["title"]
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    alerts = (DEPLOY / "alerts.yml").read_text("utf-8").split("- alert: ")[1:]
    assert [alert.split()[0] for alert in alerts if " do: " not in alert or " summary: " not in alert] == []
