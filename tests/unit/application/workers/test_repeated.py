"""A fault that lasts does not fill the log: its beginning, a count a minute, its end."""

from typing import Any

import structlog
from attrs import define, field
from structlog.testing import capture_logs

from sikpro.application.workers.repeated import Repeated


@define
class Story:
    """A fault, the seconds that passed, and how it is said."""

    passed: float = 0.0
    fault: Repeated = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.fault = Repeated(
            log=structlog.get_logger(), event="it fails", over="it works", calm=15.0, count=lambda: self.passed
        )

    def fails(self, seconds: int, kind: str = "full") -> None:
        """It fails once a second."""
        for _ in range(seconds):
            self.passed += 1
            self.fault.failed(kind, error="no space left")


def shown(lines: list[Any]) -> list[tuple[Any, ...]]:
    return [(line["event"], line.get("kind"), line.get("times"), line.get("seconds")) for line in lines]


def test_a_fault_of_three_minutes_is_four_lines_that_count_all_and_one_at_its_end() -> None:
    story = Story()
    with capture_logs() as lines:
        story.fails(200)
        story.passed += 15
        story.fault.worked()
        story.fault.worked()
    assert shown(lines) == [
        ("it fails", "full", None, None),
        ("it fails", "full", 60, 60),
        ("it fails", "full", 60, 120),
        ("it fails", "full", 60, 180),
        ("it works", None, 200, 199),
    ]
    assert lines[0]["error"] == "no space left"


def test_another_kind_of_the_fault_is_said_at_once_and_then_counted_too() -> None:
    story = Story()
    with capture_logs() as lines:
        for _ in range(20):
            story.fails(1, "full")
            story.fails(1, "busy")
    assert [line["kind"] for line in lines] == ["full", "busy"]


def test_each_kind_has_its_own_count() -> None:
    story = Story()
    with capture_logs() as lines:
        story.fails(50, "full")
        story.fails(2, "busy")
        story.fails(10, "full")
    assert [(kind, times) for _, kind, times, _ in shown(lines)] == [("full", None), ("busy", None), ("full", 58)]


def test_a_fault_that_nobody_says_is_over_is_a_new_one_after_a_long_silence() -> None:
    story = Story()
    story.fault.over = ""
    with capture_logs() as lines:
        story.fails(2)
        story.passed += 30 * 86_400
        story.fails(1)
    assert [(times, seconds) for *_, times, seconds in shown(lines)] == [(None, None), (None, None)]


def test_what_works_in_between_does_not_end_a_fault_that_goes_on() -> None:
    story = Story()
    with capture_logs() as lines:
        for _ in range(10):
            story.fails(4)
            story.passed += 1
            story.fault.worked()
    assert [line["event"] for line in lines] == ["it fails"]


def test_a_fault_that_comes_again_after_its_end_is_said_again() -> None:
    story = Story()
    with capture_logs() as lines:
        for _ in range(2):
            story.fails(3)
            story.passed += 20
            story.fault.worked()
    assert [line["event"] for line in lines] == ["it fails", "it works"] * 2
