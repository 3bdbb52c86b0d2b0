"""The first start: a follow-me queue, a trial printer, and a one-time link for the administrator."""

from sqlalchemy import Connection

from devices.errors import DeviceError
from devices.fleet import DeviceUnknown
from events import audit
from gateway.core import TRIAL_FOLDER, Core
from jobs.errors import QueueUnknown
from jobs.queue import Kind, Queue
from storage.node import new_id
from web import first_run

FIRST_QUEUE = "follow-me"
TRIAL_PRINTER = "trial"
_ACTION = "gateway.first-start"


async def begin(core: Core) -> str | None:
    """Make what a new home lacks; returns the token of the administrator's link at the very first start."""
    database, node = core.home.database, core.home.node

    def begun(connection: Connection) -> bool:
        return any(line.action == _ACTION for line in audit.latest(connection, node, after=0, limit=1000))

    if await database.read(begun):
        return None
    await _trial_printer(core)
    try:
        core.catalogue.named(FIRST_QUEUE)
    except QueueUnknown:
        await core.catalogue.add(Queue(id=new_id(), name=FIRST_QUEUE, kind=Kind.FOLLOW_ME, info="Follow-Me"))
    token = await first_run.new_link(database)
    await database.write(lambda connection: audit.record(connection, node, "", _ACTION, node))
    return token


async def _trial_printer(core: Core) -> None:
    folder = core.settings.home / TRIAL_FOLDER
    folder.mkdir(exist_ok=True)
    try:
        core.fleet.named(TRIAL_PRINTER)
    except DeviceUnknown:
        try:
            await core.fleet.add(TRIAL_PRINTER, folder.as_uri(), info="Trial printer")
        except DeviceError as error:
            raise RuntimeError(f"the trial printer cannot be made: {error}") from error
