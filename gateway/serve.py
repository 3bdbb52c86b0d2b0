"""`printgate serve`: run until told to stop, and tell a newcomer how to print."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from typing import Final

import structlog

from certs.files import CertificateError
from directory.errors import KerberosUnusable, OAuthUnusable
from gateway import logs
from gateway.app import Gateway
from gateway.beginning import begin
from gateway.config import Settings
from ipp_server.http import PATH
from pdl.errors import SandboxFailed
from storage.errors import StorageError

log = structlog.get_logger(__name__)

_FILES: Final = 65_536

WELCOME: Final = """
Printgate is running. Sign in as its administrator, once, within a day:

    {link}

To print, choose the printer "Follow-Me" in any system's print dialog:
    iPhone, iPad, Mac   it appears by itself (AirPrint)
    Android, ChromeOS   it appears by itself (Mopria, IPP Everywhere)
    Windows             Settings, Printers, Add device, Add manually: {https}{path}/follow-me
    Linux               lpadmin -p follow-me -E -v {ipps}{path}/follow-me -m everywhere
People need a name and password: printgate --home {home} user add NAME --password-stdin
Each system's steps: {https}/help
"""


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    logs.configure(settings.log_level, settings.log_format)
    _raise_limits()
    gateway = Gateway(settings)
    try:
        await gateway.start()
    except (OSError, CertificateError, KerberosUnusable, OAuthUnusable, SandboxFailed, StorageError) as error:
        print(f"printgate: {error}", file=sys.stderr)
        return 1
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    host = _shown_host(settings)
    token = await begin(gateway.core)
    if token is not None:
        https = f"https://{host}:{gateway.port}"
        words = WELCOME.format(
            link=f"{https}/sign-in/{token}",
            https=https,
            ipps=f"ipps://{host}:{gateway.port}",
            path=PATH,
            home=settings.home,
        )
        print(words, flush=True)
    # What was loaded stays: the collector need not walk it again and again while requests are answered.
    gc.collect()
    gc.freeze()
    log.info("serving", port=gateway.port, sandbox=gateway.sandbox.level)
    print(f"ready ipp://{host}:{gateway.port}{PATH}/follow-me", flush=True)
    await stopping.wait()
    log.info("stopping")
    await gateway.stop()
    return 0


def _shown_host(settings: Settings) -> str:
    if settings.host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return socket.gethostname()
    return f"[{settings.host}]" if ":" in settings.host else settings.host


def _raise_limits() -> None:
    """Allow as many open files as the system lets us: each connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
