"""Whether the system is up, for whoever watches it."""

from importlib.metadata import version

from litestar import Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import PUBLIC
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import StorageError


@get("/healthz", opt=PUBLIC)
async def healthz(parts: NamedDependency[WebParts]) -> Response[dict[str, str]]:
    """200 once web and database answer, 503 while the database does not; Telegram out of reach is a state."""
    try:
        await parts.transactions.read(lambda uow: uow.installation.get())
        database = "ok"
    except StorageError:
        database = "unavailable"
    up = database == "ok"
    state = {"status": "ok" if up else "failing", "version": version("sikpro"), "database": database}
    return Response(state | dict(parts.health()), status_code=200 if up else 503, headers={"cache-control": "no-store"})
