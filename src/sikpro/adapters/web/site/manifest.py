"""The manifest with which browsers install the console as an app."""

from litestar import Response, get
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import PUBLIC
from sikpro.adapters.web.site.assets import static
from sikpro.adapters.web.site.visit import Visit

ICON_SIZES = (192, 512)
RAIL = "#12222f"
"""The colour of the side bar (`tokens.css`): the bar of the installed app has it too."""


@get("/manifest.webmanifest", opt=PUBLIC)
async def manifest(visit: NamedDependency[Visit]) -> Response[dict[str, object]]:
    """Return name, start page, colours and icons of the app."""
    icons = [
        {
            "src": static(f"site/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in ICON_SIZES
        for purpose in ("any", "maskable")
    ]
    content: dict[str, object] = {
        "name": "SIKPRO",
        "short_name": "SIKPRO",
        "lang": visit.language,
        "id": "/",
        "start_url": "/",
        "display": "standalone",
        "theme_color": RAIL,
        "background_color": RAIL,
        "icons": icons,
    }
    headers = {"cache-control": "no-cache"}
    return Response(content, media_type="application/manifest+json", headers=headers)
