"""The application: the only place that knows all the parts, and hands each the others' judgement as functions."""

import asyncio
import contextlib
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import structlog
from aiohttp import web

from accounting import ledger
from certs.authority import Authority
from certs.names import machine_names
from certs.server import ServerIdentity
from gateway.commands import Commands
from gateway.conditions import Conditions
from gateway.config import Settings
from gateway.control import ControlServer
from gateway.core import TRIAL_FOLDER, Core
from gateway.discovery import Discovery, told_names
from gateway.metrics import Metrics
from gateway.proofs import advertised, proofs
from gateway.system import system_parts
from gateway.telling import Telling
from gateway.upkeep import Upkeep
from ipp_server import referring, refusal, resource_attributes, resourcing, strings, upgrade
from ipp_server.address import ROUTES
from ipp_server.asking import ACTIONS, WHICH
from ipp_server.body import Patience
from ipp_server.connection import connections
from ipp_server.describe import Describer
from ipp_server.dispatch import OF_QUEUE, SUPPORTED
from ipp_server.fetching import Fetcher
from ipp_server.http import PATH, IppHandler
from ipp_server.listener import Listener
from ipp_server.notice_words import LANGUAGES
from ipp_server.printer import House
from ipp_server.service import Service
from ipp_server.sources import sources
from ipp_server.subscription_attributes import printer_attributes, system_attributes
from jobs.counting import Counting
from jobs.errors import NotAdmitted, NotPossible
from jobs.intake import Intake, Submission
from jobs.previews import Previews
from mobility.profiles import Address
from mobility.upload import Upload
from pdl.sandbox import Sandbox
from release.forward import Forward
from release.limits import Limits
from storage.errors import StorageError
from web.app import Pages
from web.parts import Parts
from web.settings import Settings as WebSettings

log = structlog.get_logger(__name__)

_FINISH: Final = 5.0  # seconds that requests under way are given at stop
_RESTART: Final = 5.0  # seconds until a task that failed begins again


class Gateway:
    """A running gateway."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.version = version("printgate")
        self.started = time.time()
        self.port = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._upgrades: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Open the home, start every part, and listen. Raises StorageError, OSError and their like."""
        async with contextlib.AsyncExitStack() as opened:
            self.core = core = await Core.open(self._settings)
            opened.push_async_callback(core.close)
            self.identity, self._authority = await asyncio.to_thread(_identity, self._settings, core.home.node)
            self.sandbox = Sandbox()
            await self.sandbox.start()
            opened.push_async_callback(self.sandbox.stop)
            if self._settings.warm_office:
                self.sandbox.warm_up_office()
            self._proofs = await asyncio.to_thread(proofs, self._settings, core)
            opened.push_async_callback(self._proofs.close)
            self._build(core)
            await self.telling.begin()
            opened.push_async_callback(self.subscriptions.close)
            await core.renew_offers()
            await self._serve(opened)
            self.discovery.serve_at(self.port)
            self.control = ControlServer(self._settings.home, Commands(core, self.forward.cancel))
            await self.control.start()
            opened.push_async_callback(self.control.stop)
            self._run(self.counting.run, "counting")
            self._run(self.forward.run, "forwarding")
            self._run(self.upkeep.run, "upkeep")
            self._run(self.conditions.run, "conditions")
            self._run(Limits(core.jobs, core.catalogue, self.forward).run, "limits")
            self._run(self.telling.run, "subscriptions")
            self._run(lambda: core.fleet.watch(self._settings.device_interval), "devices")
            if self._settings.mdns:
                self._run(self.discovery.run, "discovery")
            self._opened = opened.pop_all()

    async def stop(self) -> None:
        """Stop: take nothing new, let what is being sent finish within its limit, leave the rest to the next start."""
        self.listener.close()
        self.telling.end()
        await self.discovery.stop()
        await self.forward.stop(self._settings.stop_limit)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._opened.aclose()

    def _build(self, core: Core) -> None:
        """Put the parts together."""
        home, node = core.home, core.home.node
        database, spool = home.database, home.spool
        self.intake = Intake(database, spool, core.jobs, core.hub, node, self._admit)
        self.counting = Counting(database, spool, core.jobs, core.hub, self.sandbox, core.desk.judge)
        self.forward = Forward(
            database, spool, core.jobs, core.catalogue, core.fleet, core.desk, self.sandbox, core.hub, node
        )
        self.conditions = Conditions(core, self._settings.currency)
        self.telling = Telling(core, self.conditions.look)
        self.subscriptions = self.telling.engine
        ways, oauth = advertised(self._settings)
        fetcher = Fetcher(sources(self._settings.fetch_from)) if self._settings.fetch_from else None
        house = House(
            node=node,
            version=self.version,
            organization=self._settings.organization,
            language=self._settings.language,
            operations=OF_QUEUE if fetcher else SUPPORTED,
            which_jobs=tuple(WHICH),
            identify_actions=ACTIONS,
            authentication=ways,
            given=resource_attributes.of_queue(core.shelf),
            more=(*printer_attributes(), *oauth, *referring.printer_attributes(fetcher)),
        )
        self.ipp = IppHandler(
            Service(
                catalogue=core.catalogue,
                jobs=core.jobs,
                intake=self.intake,
                desk=core.desk,
                steering=core.steering,
                people=core.people,
                proofs=self._proofs,
                describer=Describer(house, self.started, self.conditions.look),
                cancel_active=self.forward.cancel,
                suspend_active=self.forward.suspend,
                identify=self._identify,
                subscriptions=self.subscriptions,
                fetcher=fetcher,
                system=system_parts(core, house, (*system_attributes(),)),
                languages=tuple(language for language in LANGUAGES if language in ("en", self._settings.language)),
                patience=Patience(idle=self._settings.body_idle),
                started=self.started,
            )
        )
        self.upkeep = Upkeep(core, self.identity, self._settings)
        self.discovery = Discovery(core, self._settings, node)

    async def _serve(self, opened: contextlib.AsyncExitStack) -> None:
        pages = Pages(self._parts())
        middlewares: list[Any] = [self._at_the_door, *pages.middlewares()]
        self.application = application = web.Application(middlewares=middlewares, client_max_size=1 << 20)
        for path in ROUTES:
            # The handler itself gives leave to send: aiohttp's would, before anything is checked.
            application.router.add_route("POST", path, self.ipp.handle, expect_handler=_wait)
        application.router.add_get(strings.PATH, strings.serve)
        application.router.add_get(resourcing.PATH, resourcing.server(self.core.shelf))
        application.add_routes(pages.routes())
        application.on_response_prepare.append(_named)
        runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=_FINISH)
        await runner.setup()
        opened.push_async_callback(runner.cleanup)
        assert runner.server is not None
        self._factory = connections(runner.server)
        self.listener = Listener(self._factory, self.identity.context, most=self._settings.connections)
        self.port = self.listener.listen(self._settings.host, self._settings.port)
        opened.callback(self.listener.close)

    def _parts(self) -> Parts:
        core = self.core
        self.metrics = Metrics(core, self)
        return Parts(
            database=core.home.database,
            node=core.home.node,
            people=core.people,
            tokens=core.tokens,
            catalogue=core.catalogue,
            jobs=core.jobs,
            desk=core.desk,
            forward=self.forward,
            fleet=core.fleet,
            hub=core.hub,
            settings=WebSettings(
                organisation=self._settings.organization,
                currency=self._settings.currency,
                plain_http_allowed=self._settings.plain_http,
            ),
            authority_pem=self._authority,
            ready=self.problems,
            metrics=self.metrics.render,
            address=self._address,
            upload=Upload(self.intake, core.catalogue),
            version=self.version,
            sandbox=self.sandbox,
            previews=Previews(core.home.database, core.home.spool, self.sandbox, core.home.node),
            trial_uri=(self._settings.home / TRIAL_FOLDER).as_uri(),
        )

    @web.middleware
    async def _at_the_door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if (refused := refusal.of_request(request)) is not None:
            return refused
        # OPTIONS * matches no route; middlewares run for it all the same.
        if request.method != "OPTIONS":
            return await handler(request)  # type: ignore[no-any-return]
        if upgrade.wants_tls(request):
            return upgrade.to_tls(request, self._factory, self.identity.context, self._upgrades)
        return upgrade.options(request)

    async def _admit(self, submission: Submission) -> None:
        """Policy at the door: a person who must have credit has some left."""
        person = submission.person
        if person is None or not person.restricted:
            return
        node = self.core.home.node
        _, left = await self.core.home.database.write(lambda connection: ledger.balance(connection, node, person.id))
        if left <= 0:
            raise NotAdmitted("Your credit is used up. Add credit, then print again.")

    async def _identify(self, queue_id: str) -> None:
        queue = self.core.catalogue.get(queue_id)
        target = queue.target(self.core.fleet.known()) if queue else None
        if target is None:
            raise NotPossible("The queue has no printer of its own.")
        # The client is answered at once; a device that does not know the operation says so to nobody.
        task = asyncio.get_running_loop().create_task(self._show(target))
        self._upgrades.add(task)
        task.add_done_callback(self._upgrades.discard)

    async def _show(self, device_id: str) -> None:
        with contextlib.suppress(Exception):
            await self.core.fleet.open(device_id).identify()

    async def problems(self) -> list[str]:
        """What keeps the gateway from working, in sentences (readiness)."""
        found: list[str] = []
        try:
            await self.core.home.database.check()
            self.core.home.spool.check_room()
        except StorageError as error:
            found.append(str(error))
        found += [f"{task.get_name()} has stopped" for task in self._tasks if task.done()]
        return found

    def _address(self, queue: str, host: str) -> Address:
        return Address(host, self.port, f"{PATH}/{queue}", secure=True)

    def _run(self, work: "Any", name: str) -> None:
        self._tasks.append(asyncio.create_task(_kept_running(work, name), name=name))


async def _kept_running(work: Any, name: str) -> None:
    """Run a part for ever: one fault of it must not end it, nor fill the log."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a part of the gateway failed and begins again", part=name)
        await asyncio.sleep(_RESTART)


async def _wait(_: web.Request) -> None:
    """Answer Expect: 100-continue later, when the request may be accepted."""


async def _named(_: web.Request, response: web.StreamResponse) -> None:
    """Say who answers, not what it is made of; and that the connection ends, where Connection says something else."""
    response.headers["Server"] = "Printgate"
    said = response.headers.get("Connection", "close")
    if response.keep_alive is False and said != "close":
        response.headers["Connection"] = f"{said}, close"


def _identity(settings: Settings, node: str) -> tuple[ServerIdentity, bytes]:
    """Make or load the server's certificate; returns it and our authority's certificate ("" for a given one)."""
    if settings.certificate:
        return ServerIdentity.from_files(Path(settings.certificate), Path(settings.certificate_key)), b""
    names = machine_names((*settings.names, *told_names(settings, node)))
    authority = Authority.load_or_create(settings.home / "certs", names[0] if names else "localhost")
    return ServerIdentity.open(settings.home / "certs", authority, names), authority.certificate_pem
