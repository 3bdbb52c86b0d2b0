"""A bare aiohttp handler: reads the request to its end and gives one fixed answer. What aiohttp alone can do."""

import asyncio
import ssl
import sys
from pathlib import Path

from aiohttp import web

ANSWER = b"\x02\x00\x00\x00\x00\x00\x00\x01" + b"x" * (int(sys.argv[3]) - 9) + b"\x03"


async def handler(request: web.Request) -> web.Response:
    async for _ in request.content.iter_any():
        pass
    return web.Response(body=ANSWER, content_type="application/ipp")


async def main(port: int, certificate: Path) -> None:
    application = web.Application(client_max_size=1 << 40)
    application.router.add_route("POST", "/{tail:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await web.TCPSite(runner, "127.0.0.1", port + 1, ssl_context=context, backlog=1024).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    # The same kindness that the gateway does itself: without it a receive buffer is mapped and unmapped per request.
    block = bytes(1 << 20)
    del block
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
