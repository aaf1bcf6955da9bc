"""A clock that a test sets."""

from datetime import datetime, timedelta

from attrs import define


@define
class StoryClock:
    """A clock that stands still until a test moves it, and that is `pace` further after each look."""

    at: datetime
    pace: timedelta = timedelta()

    def now(self) -> datetime:
        """The story's time."""
        self.at += self.pace
        return self.at

    def later(self, span: timedelta = timedelta(), /, **parts: float) -> None:
        """Let time pass: a span, or its parts as `timedelta` names them."""
        self.at += span + timedelta(**parts)
