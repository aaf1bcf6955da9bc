"""Column types that give the same values on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""An id; on SQLite it must be INTEGER to be the row id."""

Words = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text of any length; both databases compare it by code point, as Python does."""

_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC, to the microsecond; on SQLite a text with the same sort order."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, `timestamptz` elsewhere."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert to UTC; refuse a time without a zone, because it is ambiguous."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        utc = value.astimezone(UTC)
        return utc_text(utc) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        aware: datetime = value.astimezone(UTC)
        return aware


def utc_text(utc: datetime) -> str:
    """Return the text of a UTC time for SQLite."""
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


class Microseconds(TypeDecorator[timedelta]):
    """A duration as whole microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Return the duration as a number."""
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """Return the number as a duration."""
        return None if value is None else timedelta(microseconds=value)
