"""The static files, read once: each address contains the content's hash; browsers cache it for a year."""

import mimetypes
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from re import DOTALL, search
from typing import Any

from attrs import frozen
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

from sikpro.adapters.web.site.packing import LEAST, compressed, takes_gzip

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

    @property
    def text(self) -> bool:
        """Whether it is text: pictures and fonts are compressed in themselves."""
        return self.media_type.startswith("text/") or self.media_type.endswith(("javascript", "svg+xml"))


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


@cache
def _packed(name: str) -> bytes:
    """Return a file as gzip, at its smallest; it is made once."""
    return compressed(assets()[name].content, 9)


@get("/static/{version:str}/{name:path}", opt={"public": True})
async def serve_asset(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Return a file; for the address of another version without caching."""
    path = str(name).lstrip("/")
    asset = assets().get(path)
    if asset is None:
        raise NotFoundException
    lasting = version == asset.version
    caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
    headers, content = {"cache-control": caching}, asset.content
    if asset.text and len(content) >= LEAST:
        headers["vary"] = "accept-encoding"
        if takes_gzip(request.headers.get("accept-encoding", "")):
            headers["content-encoding"], content = "gzip", _packed(path)
    return Response(content, media_type=asset.media_type, headers=headers)
