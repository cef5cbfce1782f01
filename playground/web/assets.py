"""Files of our own pages: read once, and looked up by name. No path of a request ever reaches the disk."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
"""What is served, by the end of its name."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `tag` changes with what is in it."""

    body: bytes
    kind: str
    tag: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Every file in the folder of a kind that is served, by its path below it."""
    return {
        path.relative_to(folder).as_posix(): read_asset(path, KINDS[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS and path.is_file()
    }


def read_asset(path: Path, kind: str = "text/html; charset=utf-8") -> Asset:
    """One file; a page unless another kind is said."""
    body = path.read_bytes()
    return Asset(body, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def reply(request: Request, asset: Asset, headers: Mapping[str, str]) -> Response:
    """The file, or that the browser has it already."""
    cached = {**headers, "ETag": asset.tag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if asset.tag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status_code=304, headers=cached)
    return Response(asset.body, 200, {**cached, "Content-Type": asset.kind})
