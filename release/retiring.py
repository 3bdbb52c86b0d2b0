"""Taking a device out of service for good: never while a queue names it, and with it goes its price."""

from accounting import store as accounts
from devices.fleet import Fleet
from jobs.catalogue import Catalogue
from release.errors import DeviceInUse
from storage.database import Database


async def retire(database: Database, catalogue: Catalogue, fleet: Fleet, name: str, *, actor: str = "") -> None:
    """Remove a device by name. Raises DeviceUnknown, and DeviceInUse while a queue names it."""
    row = fleet.named(name)
    if any(row.id in (*queue.devices, queue.default_device) for queue in catalogue.listed()):
        raise DeviceInUse("A queue names this printer. Change the queue first.")
    await fleet.remove(row.name, actor=actor)
    # Afterwards: a device that is still there must not lose its own price if the gateway ends in between.
    await database.write(lambda connection: accounts.put_price(connection, row.id, None))
