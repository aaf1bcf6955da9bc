"""The health check for monitoring."""

from litestar import Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import PUBLIC
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import StorageError


@get("/healthz", opt=PUBLIC)
async def healthz(parts: NamedDependency[WebParts]) -> Response[dict[str, str]]:
    """Return 200 if web and database answer, 503 if the database does not; an unreachable Telegram is a state."""
    try:
        await parts.transactions.read(lambda uow: uow.installation.get())
        database = "ok"
    except StorageError:
        database = "unavailable"
    up = database == "ok"
    state = {"status": "ok" if up else "failing", "database": database}
    return Response(state | dict(parts.health()), status_code=200 if up else 503, headers={"cache-control": "no-store"})
