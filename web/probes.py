"""For machines: is the server alive, is it ready, and its figures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from web.parts import Parts

_PATIENCE: Final = 10.0  # seconds until a check that does not answer counts as a problem
_METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

Answer = Callable[[web.Request], Awaitable[web.Response]]


async def healthz(_: web.Request) -> web.Response:
    """Say that the process answers."""
    return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})


def readyz(parts: Parts) -> Answer:
    """Make the check whether all is ready: 200, or 503 with the problems as a JSON list."""

    async def answer(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_PATIENCE):
                problems = await parts.ready()
        except TimeoutError:
            problems = ["The checks do not answer in time."]
        return web.json_response(problems, status=503 if problems else 200, headers={"Cache-Control": "no-store"})

    return answer


def metrics(parts: Parts) -> Answer:
    """Make the page of figures."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=parts.metrics(), headers={"Content-Type": _METRICS_TYPE, "Cache-Control": "no-store"})

    return answer
