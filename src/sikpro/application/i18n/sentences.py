"""The catalogues, and the texts of one language in the installation's zone."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from attrs import frozen
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from sikpro.domain.catalogue import Bilingual
from sikpro.domain.errors import DomainError

LANGUAGES = ("id", "en")


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return all sentences of a language by code."""
    found: dict[str, str] = {}
    for file in sorted(files(__package__).joinpath(language).iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".po"):
            continue
        for message in read_po(BytesIO(file.read_bytes()), locale=language):
            if message.id:
                code = str(message.id)
                if code in found:
                    raise ValueError(f"{language}/{file.name}: {code} is there twice")
                found[code] = str(message.string)
    return found


@frozen
class Words:
    """The texts of one language, in the installation's zone."""

    language: str
    zone: ZoneInfo

    def __call__(self, code: str, /, **params: object) -> str:
        """Return the sentence of a code with its parameters filled in.

        For a `count` of 1 it is that of `<code>.one`, where the language has one. Raises `LookupError` for an unknown
        code.
        """
        known = sentences(self.language)
        single = f"{code}.one" if str(params.get("count")) == "1" else code
        try:
            return (known[single] if single in known else known[code]).format_map(params)
        except KeyError as missing:
            raise LookupError(f"{self.language}: {code} lacks {missing}") from missing

    def knows(self, code: str) -> bool:
        """Whether there is a sentence for the code."""
        return code in sentences(self.language)

    def error(self, error: DomainError) -> str:
        """Return the sentence of an error: what is wrong and what to do."""
        params = {name: "" if value is None else value for name, value in error.params.items()}
        for name in ("before", "after"):
            if f"phase.{params.get(name)}" in sentences(self.language):
                params[name] = self(f"phase.{params[name]}")
        if f"field.{params.get('field')}" in sentences(self.language):
            params["field"] = self(f"field.{params['field']}")
        if f"what.{params.get('what')}" in sentences(self.language):
            params["what"] = self(f"what.{params['what']}")
        if params.get("who") and self.knows(f"error.{error.code}.named"):
            params["role"] = self(f"role.{params['role']}")
            params["permission"] = self(f"permission.{params['permission']}")
            return self(f"error.{error.code}.named", **params)
        if params.get("known") and self.knows(f"error.{error.code}.known"):
            return self(f"error.{error.code}.known", **params)
        return self("error." + error.code, **params)

    def text(self, both: Bilingual) -> str:
        """Return a catalogue row's text in this language."""
        return both.in_language(self.language)

    def local(self, moment: datetime) -> datetime:
        """Return the time in the installation's zone."""
        return moment.astimezone(self.zone)

    def time(self, moment: datetime) -> str:
        """Return the time of day: `09.12` in Indonesian, `09:12` in English."""
        return self.local(moment).strftime("%H.%M" if self.language == "id" else "%H:%M")

    def zone_name(self, moment: datetime) -> str:
        """Return the short name of the time zone at a moment: `WIB`."""
        return self.local(moment).strftime("%Z")

    def moment(self, moment: datetime, now: datetime) -> str:
        """Return the time of day, after the date when that is not today."""
        local = self.local(moment)
        if local.date() == self.local(now).date():
            return self.time(moment)
        return f"{self.short_date(local.date())} {self.time(moment)}"

    def short_date(self, day: date) -> str:
        """Return day and month: `2 Nov`."""
        return _short_date(day, self.language)

    def long_date(self, day: date) -> str:
        """Return the whole date: `2 November 2026`."""
        return str(format_date(day, "d MMMM y", locale=self.language))

    def month(self, day: date) -> str:
        """Return the month: `November 2026`."""
        return str(format_date(day, "MMMM y", locale=self.language))

    def month_named(self, name: str) -> str:
        """Return a month by its name in the database, `2026-11`: `November 2026`."""
        return self.month(date.fromisoformat(f"{name}-01"))

    def month_name(self, day: date) -> str:
        """Return the name of the month alone: `November`."""
        return str(format_date(day, "LLLL", locale=self.language))

    def short_month(self, day: date) -> str:
        """Return the short name of the month: `Nov`."""
        return str(format_date(day, "LLL", locale=self.language))

    def weekday(self, day: date) -> str:
        """Return the short name of the day of the week: `Sen`."""
        return str(format_date(day, "ccc", locale=self.language))

    def number(self, value: float) -> str:
        """Return a number with the language's separators."""
        return _number(value, self.language)

    def duration(self, span: timedelta) -> str:
        """Return a span in its two largest units: `5 mnt`, `2 j 10 mnt`, `3 hr 4 j`.

        >>> words_in("id", "Asia/Jakarta").duration(timedelta(hours=2, minutes=10))
        '2 j 10 mnt'
        """
        minutes = max(int(span.total_seconds() // 60), 0)
        if minutes < 1:
            return self("duration.moment")
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return self("duration.days", days=days, hours=hours) if hours else self("duration.day", days=days)
        if hours:
            return self("duration.hours", hours=hours, minutes=rest) if rest else self("duration.hour", hours=hours)
        return self("duration.minutes", minutes=rest)


@lru_cache(1_000)
def _short_date(day: date, language: str) -> str:
    return str(format_skeleton("MMMd", day, locale=language))


@lru_cache(2_000)
def _number(value: float, language: str) -> str:
    return str(format_decimal(value, locale=language))


@cache
def words_in(language: str, zone: str) -> Words:
    """Return the texts of a language (`id` unless it is `en`) in a zone (an IANA name)."""
    return Words("en" if language == "en" else "id", ZoneInfo(zone))
