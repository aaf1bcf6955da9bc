"""The ports and settings of the web, filled by the container."""

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import field, frozen

from sikpro.adapters.web.site.forwarded import UnusedForwarding
from sikpro.adapters.web.site.limits import Limits
from sikpro.adapters.web.site.readings import Readings
from sikpro.application.ports.measures import Measures, NoMeasures
from sikpro.application.ports.network import BotState
from sikpro.application.ports.pictures import PictureMaker
from sikpro.application.ports.runtime import Clock, LiveEvents, Passwords
from sikpro.application.ports.storage import AsyncTransactions
from sikpro.application.ports.tables import TableReader
from sikpro.application.ports.workbooks import WorkbookWriter
from sikpro.application.workers.clock_watch import ClockStep, never_jumped
from sikpro.application.workers.health import Health


@frozen(kw_only=True)
class WebParts:
    """The web's ports and settings; `zone` is an IANA name.

    `pictures` loads what draws, at its first call. `bot_state` is None while no bot is set up; `health` returns the
    state of each part of the system. Who sends `health_token` may read it, nobody where it is "". `believe_clock`
    confirms a clock that was set forward. `clock_step` reports that the machine's clock was set recently, `jumped` how
    far forward since a time. `secure_cookies` is true for a web over HTTPS. `simulator_url` leads to the simulator's
    chat, "" if there is none. `measures` counts requests; `metrics` returns the text that `/metrics` answers, and is
    None in one of several processes on one port. `forwarding` remembers a proxy that nobody trusts, `readings` how far
    uploaded tables are read; `limits` counts the requests of tokens.
    """

    transactions: AsyncTransactions
    clock: Clock
    passwords: Passwords
    live: LiveEvents
    workbooks: WorkbookWriter
    pictures: Callable[[], PictureMaker]
    tables: TableReader
    zone: str
    bot_state: Callable[[], BotState | None]
    health: Callable[[], Health]
    health_token: str = field(default="", repr=False)
    believe_clock: Callable[[], None] = lambda: None
    clock_step: Callable[[], ClockStep | None] = lambda: None
    jumped: Callable[[datetime], timedelta] = never_jumped
    secure_cookies: bool = False
    simulator_url: str = ""
    measures: Measures = field(factory=NoMeasures)
    metrics: Callable[[], bytes] | None = lambda: b""
    forwarding: UnusedForwarding = field(factory=UnusedForwarding)
    readings: Readings = field(factory=Readings)
    limits: Limits = field(factory=Limits)
