"""The log: one line for each event on standard error, for people or as JSON."""

import logging
import sys
from contextlib import suppress
from io import TextIOBase
from typing import TextIO, cast

import structlog

from sikpro.entrypoints.settings import Settings


def log_to_stderr(settings: Settings, worker: int = 0) -> None:
    """Set up logging: text for people, or one JSON line per event; each with the number of its worker, if any.

    Lines of libraries get the same shape.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if worker:
        shared.insert(0, lambda _logger, _method, event: {**event, "worker": worker})
    stream = cast("TextIO", _Patient(sys.stderr))
    if settings.log_format == "json":
        shared.append(structlog.processors.format_exc_info)
        renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for before in root.handlers[:]:
        if isinstance(getattr(before, "stream", None), _Patient):  # of the parent: its lines have no worker
            root.removeHandler(before)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _Patient(TextIOBase):
    """A stream that drops what cannot be written: a full disk below the log must not end a loop that logs about it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, if it can be written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if it can be written."""
        with suppress(OSError):
            self._stream.flush()
