"""Style sheet, script, pictures and icons: read once at start, named by their content, kept by browsers for a year."""

import hashlib
from pathlib import Path
from typing import Final

from aiohttp import web

from web import icons

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_FOR_A_DAY: Final = "public, max-age=86400"


class StaticFiles:
    """The files below /static/."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._served: dict[str, tuple[bytes, str, str]] = {}
        for path in sorted(_FOLDER.iterdir()):
            if path.suffix in _TYPES:
                self._add(path.stem, path.suffix, path.read_bytes())
        for size in icons.SIZES:
            # IPP clients are told these addresses and may keep them: they have no hash in their name.
            self._served[f"printer-{size}.png"] = (icons.printer_png(size), _TYPES[".png"], _FOR_A_DAY)
            self._urls[f"printer-{size}.png"] = f"/static/printer-{size}.png"

    def _add(self, stem: str, suffix: str, content: bytes) -> None:
        name = f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
        self._served[name] = (content, _TYPES[suffix], _FOR_GOOD)
        self._urls[stem + suffix] = f"/static/{name}"

    def url(self, name: str) -> str:
        """The address of a file by its plain name."""
        return self._urls[name]

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with a file, or 404."""
        found = self._served.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such file.\n")
        content, kind, kept = found
        headers = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, content_type=kind, headers=headers)
