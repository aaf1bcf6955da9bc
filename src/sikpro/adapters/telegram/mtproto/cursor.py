"""Our position in Telegram's sequences of updates: the cursor that is committed with the work."""

import json
from collections.abc import Mapping
from typing import Self

from attrs import evolve, field, frozen

LATEST = 2**31 - 1


@frozen(kw_only=True)
class Cursor:
    """The account's pts, qts and date, the pts of each supergroup, and the number of committed presses.

    `date` and `since` are in Unix seconds; messages before `since` are not answered. The keys of `channels` are the
    channel ids of MTProto (positive). `presses` counts the batches of button presses, and of messages that only pushes
    told: no pts shows which of them are committed, but this number does. Sequences: https://core.telegram.org/api/updates
    """

    pts: int
    qts: int
    date: int
    since: int = 0
    presses: int = 0
    channels: Mapping[int, int] = field(factory=dict[int, int])

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a cursor; None for the first time, and for text that is not our cursor.

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
        """Return the cursor as text for the database.

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
        """Return the cursor with a channel at `pts`, or without the channel for None.

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
