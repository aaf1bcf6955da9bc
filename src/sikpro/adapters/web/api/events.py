"""What changed, as a stream that goes on where it broke off."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent

from sikpro.adapters.web.api.call import Call
from sikpro.adapters.web.site.live import live_stream
from sikpro.application.ports.storage import UnitOfWork


@get("/events", include_in_schema=False)
async def events(call: NamedDependency[Call]) -> ServerSentEvent:
    """Send hints as server-sent events until the token or the server ends; `Last-Event-ID` goes on where it broke off.

    It has no end, so it is not among the operations of the description.
    """
    token, parts = call.token, call.parts

    async def alive() -> bool:
        now = parts.clock.now()

        def read(uow: UnitOfWork) -> bool:
            found = uow.tokens.by_hash(token.token_hash)
            return found is not None and not found.is_over(now, parts.jumped)

        return await parts.transactions.read(read)

    after = call.request.headers.get("last-event-id", "")
    stream = live_stream(parts.live, after, alive=alive, time=lambda: parts.clock.now().isoformat())
    return ServerSentEvent(stream, retry_duration=3000)
