"""The chat page and its files."""

from pathlib import Path

from litestar import MediaType, Response, get
from litestar.static_files import create_static_files_router

HERE = Path(__file__).parent


@get("/simulator", media_type=MediaType.HTML, sync_to_thread=False)
def chat_page() -> Response[bytes]:
    """Return the page; all its content comes from `/simulator/api`."""
    return Response((HERE / "templates" / "chat.html").read_bytes(), media_type=MediaType.HTML)


static_router = create_static_files_router(path="/simulator/static", directories=[HERE / "static"])
