"""Where we are in Telegram's sequences of updates: the cursor that is committed with the work."""

import json
from collections.abc import Mapping
from typing import Self

from attrs import evolve, field, frozen

LATEST = 2**31 - 1


@frozen(kw_only=True)
class Cursor:
    """The account's pts, qts and date, each supergroup's own pts, and the number of the presses that were committed.

    `date` and `since` are in Unix seconds; what was written before `since` is not ours to answer. `channels` is keyed
    by the channel's id as MTProto has it (positive). `presses` counts the button presses: they carry no pts, so that
    they need a number by which they are known to be committed. Sequences: https://core.telegram.org/api/updates
    """

    pts: int
    qts: int
    date: int
    since: int = 0
    presses: int = 0
    channels: Mapping[int, int] = field(factory=dict[int, int])

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a cursor; None for the first time, and for what is none of ours.

        >>> Cursor.parse("") is None, Cursor.parse("17") is None, Cursor.parse('{"pts": "many"}') is None
        (True, True, True)
        >>> Cursor.parse(Cursor(pts=7, qts=0, date=9, channels={55: 3}).text) == Cursor(
        ...     pts=7, qts=0, date=9, channels={55: 3})
        True
        """
        try:
            read = json.loads(text)
            return cls(
                pts=_count(read["pts"]),
                qts=_count(read["qts"]),
                date=_count(read["date"]),
                since=_count(read["since"]),
                presses=_count(read["presses"]),
                channels={int(channel): _count(pts) for channel, pts in read["channels"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    @property
    def text(self) -> str:
        """As it is stored.

        >>> Cursor(pts=7, qts=0, date=9, channels={55: 3}).text
        '{"pts":7,"qts":0,"date":9,"since":0,"presses":0,"channels":{"55":3}}'
        """
        content = {
            "pts": self.pts,
            "qts": self.qts,
            "date": self.date,
            "since": self.since,
            "presses": self.presses,
            "channels": dict(sorted(self.channels.items())),
        }
        return json.dumps(content, separators=(",", ":"))

    def at_channel(self, channel: int, pts: int | None) -> Self:
        """The same with a channel at `pts`, or without it.

        >>> Cursor(pts=7, qts=0, date=9).at_channel(55, 3).channels
        {55: 3}
        >>> Cursor(pts=7, qts=0, date=9, channels={55: 3}).at_channel(55, None).channels
        {}
        """
        others = {known: at for known, at in self.channels.items() if known != channel}
        return evolve(self, channels=others if pts is None else {**others, channel: pts})


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LATEST:
        raise ValueError("not a count")
    return value
