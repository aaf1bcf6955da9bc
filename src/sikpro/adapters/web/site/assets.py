"""The static files, read once: each address contains the content's hash; browsers cache it for a year."""

import mimetypes
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from re import DOTALL, search

from attrs import frozen
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

ROOT = Path(__file__).parent.parent / "static"
SPRITE = "site/icons.svg"
"""The file of all icons; it is made of the files of the single ones."""

_ICONS = "vendor/tabler-icons"
_OURS = {".css", ".js", ".svg", ".png", ".ico", ".ttf", ".woff2"}


@frozen
class Asset:
    """A file's content, its media type and its hash."""

    content: bytes
    media_type: str
    version: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return all files by their path under `static/`."""
    found: dict[str, Asset] = {}
    for path in ROOT.rglob("*"):
        if path.suffix in _OURS:
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            name = path.relative_to(ROOT).as_posix()
            found[name] = _asset(content, kind)
    found[SPRITE] = _asset(_sprite(found), "image/svg+xml")
    return found


def _asset(content: bytes, kind: str) -> Asset:
    return Asset(content, kind, sha256(content).hexdigest()[:12])


def static(name: str) -> str:
    """Return the address of a file. Raises `KeyError` if there is none."""
    return f"/static/{assets()[name].version}/{name}"


@cache
def icon(name: str, size: int = 18) -> Markup:
    """Return a Tabler icon, drawn from the one file of all icons. It is decoration: a text beside it gives the meaning.

    Raises `KeyError` if there is none of that name.
    """
    assets()[f"{_ICONS}/{name}.svg"]
    return Markup(  # nosec B704  # the files are ours and contain no user text
        f'<svg class="icon" width="{size}" height="{size}" aria-hidden="true">'
        f'<use href="{static(SPRITE)}#{name}"/></svg>'
    )


def _sprite(files: Mapping[str, Asset]) -> bytes:
    """Return all icons as symbols of one SVG: a page names each icon instead of drawing it at each place."""
    symbols = []
    for path, asset in sorted(files.items()):
        if path.startswith(f"{_ICONS}/"):
            inner = search(r"<svg[^>]*>(.*)</svg>", asset.content.decode(), DOTALL)
            assert inner
            drawn = " ".join(inner[1].split()).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
            symbols.append(f'<symbol id="{Path(path).stem}" viewBox="0 0 24 24">{drawn}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


@get("/static/{version:str}/{name:path}", opt={"public": True})
async def serve_asset(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Return a file; for the address of another version without caching."""
    asset = assets().get(str(name).lstrip("/"))
    if asset is None:
        raise NotFoundException
    lasting = version == asset.version
    caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return Response(asset.content, media_type=asset.media_type, headers={"cache-control": caching})
