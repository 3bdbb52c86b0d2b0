"""The parts that exist with or without a running server: rows, spool, people, queues, devices, jobs, the desk."""

from dataclasses import dataclass

from certs.pins import Pins
from devices.fleet import Fleet
from devices.settings import Settings as DeviceSettings
from directory.people import People
from directory.tokens import Tokens
from events.hub import Hub
from gateway.config import Settings
from gateway.resources import own_resources
from jobs.catalogue import Catalogue
from jobs.resources.shelf import Shelf
from jobs.system import System
from jobs.work import Jobs
from release.desk import Desk
from release.offer import offer
from release.steering import Steering
from storage.home import Home

TRIAL_FOLDER = "trial-printer"


@dataclass(slots=True)
class Core:
    """What owns the home. `open` takes its lock; a second one is refused."""

    settings: Settings
    home: Home
    hub: Hub
    people: People
    tokens: Tokens
    catalogue: Catalogue
    fleet: Fleet
    jobs: Jobs
    desk: Desk
    steering: Steering
    system: System
    shelf: Shelf

    @classmethod
    async def open(cls, settings: Settings) -> "Core":
        """Open the home and read what it holds. Raises StorageError."""
        home = await Home.open(settings.home, reserve_bytes=settings.disk_reserve)
        try:
            hub = Hub()
            database, node = home.database, home.node
            catalogue = Catalogue(database, node)
            fleet = Fleet(database, node, device_settings(settings))
            jobs = Jobs(database, home.spool, catalogue, hub)
            desk = Desk(database, jobs, catalogue, fleet, hub, node, settings.language)
            steering = Steering(database, jobs, catalogue, hub)
            people = People(database, node)
            tokens = Tokens(database, node, people)
            system = System(database, catalogue)
            shelf = Shelf(database, catalogue, own_resources())
            core = cls(settings, home, hub, people, tokens, catalogue, fleet, jobs, desk, steering, system, shelf)
            for part in (catalogue, fleet, jobs, system, shelf):
                await part.load()
            fleet.changed = core.renew_offers
            catalogue.changed.append(core.renew_offers)
            catalogue.changed.append(core.ring)
            return core
        except BaseException:
            await home.close()
            raise

    async def renew_offers(self) -> None:
        """Let each queue offer what the devices behind it can do now."""
        known = self.fleet.known()
        for queue in self.catalogue.listed():
            rows = [self.fleet.get(device) for device in queue.pool(known)]
            found = [row.capabilities for row in rows if row.capabilities is not None]
            await self.catalogue.set_offer(queue.id, offer(found, self.settings.media, queue.offer_rule))

    async def ring(self) -> None:
        """Let who takes up jobs look again: a queue may have been resumed."""
        self.hub.ring("jobs")

    async def close(self) -> None:
        """Give the home back."""
        await self.tokens.settle()
        await self.home.close()


def device_settings(settings: Settings) -> DeviceSettings:
    """How devices are spoken to: certificates pinned at first sight, trial printers below the home only."""
    pins = Pins.open(settings.home / "pins.json")
    return DeviceSettings(
        home=settings.home,
        pin=pins.accept,
        connect_timeout=min(DeviceSettings.connect_timeout, settings.device_answer_limit),
        idle_timeout=settings.device_answer_limit,
        busy_limit=settings.device_busy_limit,
        stall_timeout=settings.device_stall_limit,
        lost_limit=settings.device_lost_limit,
        follow_limit=settings.device_follow_limit,
    )
