"""What the command line asks of a gateway: one table of commands, run inside the server or beside its rows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from accounting import ledger
from accounting import store as accounts
from accounting.price import Price
from directory.store import Person
from gateway import dns_commands, shown, token_commands
from gateway.core import Core
from jobs.errors import BadQueue, NotPossible
from jobs.job import Job
from jobs.queue import Kind, Queue
from jobs.work import active
from release import store as attempts
from release.retiring import retire
from storage.node import new_id
from web import first_run

Arguments = Mapping[str, Any]
Cancel = Callable[[str], Awaitable[None]]


_LEAST: Final = 1
"""Characters of a password that an administrator sets: whoever owns the home may choose."""
_MOST: Final = 10_000  # jobs in one answer


class Commands:
    """Runs commands on a core; `cancel_active` stops a job at its device when a server runs."""

    def __init__(self, core: Core, cancel_active: Cancel | None = None) -> None:
        self._core, self._cancel_active = core, cancel_active

    @property
    def core(self) -> Core:
        """What the commands work on."""
        return self._core

    async def run(self, name: str, arguments: Arguments) -> Any:
        """Run one command by name and return what there is to print. Raises the domain's errors."""
        handler = _TABLE.get(name)
        if handler is None:
            raise BadQueue(f"There is no command called {name[:40]}.")
        return await handler(self, arguments)

    async def queue_list(self, _: Arguments) -> list[dict[str, Any]]:
        """All queues."""
        return [shown.queue(self._core, queue) for queue in self._core.catalogue.listed()]

    async def queue_show(self, given: Arguments) -> dict[str, Any]:
        """One queue."""
        return shown.queue(self._core, self._core.catalogue.named(given["name"]))

    async def queue_add(self, given: Arguments) -> dict[str, Any]:
        """Add a queue."""
        kind = Kind(given.get("kind") or Kind.FOLLOW_ME)
        values = self._queue_values(given)
        known = self._core.fleet.known()
        if kind is not Kind.FOLLOW_ME and "devices" not in values and len(known) == 1:
            values["devices"] = known  # there is no choice to be made
        queue = await self._core.catalogue.add(Queue(id=new_id(), name=given["name"], kind=kind, **values))
        return shown.queue(self._core, self._core.catalogue.named(queue.name))

    async def queue_set(self, given: Arguments) -> dict[str, Any]:
        """Change a queue."""
        values = self._queue_values(given)
        if given.get("kind"):
            values["kind"] = Kind(given["kind"])
        queue = await self._core.catalogue.change(given["name"], **values)
        return shown.queue(self._core, self._core.catalogue.named(queue.name))

    async def queue_remove(self, given: Arguments) -> dict[str, Any]:
        """Remove a queue."""
        await self._core.catalogue.remove(given["name"])
        return {"removed": given["name"]}

    async def device_list(self, _: Arguments) -> list[dict[str, Any]]:
        """All devices."""
        return [shown.device(row) for row in self._core.fleet.listed()]

    async def device_show(self, given: Arguments) -> dict[str, Any]:
        """One device, with its price."""
        row = self._core.fleet.named(given["name"])
        price = await self._core.desk.price(row.id)
        return shown.device(row) | {"price": {"mono": price.mono, "color": price.color, "sheet": price.sheet}}

    async def device_add(self, given: Arguments) -> dict[str, Any]:
        """Add a device."""
        row = await self._core.fleet.add(
            given["name"], given["uri"], info=given.get("info") or "", location=given.get("location") or ""
        )
        await self._price(row.id, given)
        return shown.device(row)

    async def device_set(self, given: Arguments) -> dict[str, Any]:
        """Change a device, and its price."""
        names = {"uri": "uri", "info": "info", "location": "location", "enabled": "enabled", "rename": "name"}
        values = {field: given[name] for name, field in names.items() if given.get(name) is not None}
        row = await self._core.fleet.change(given["name"], **values)
        await self._price(row.id, given)
        return await self.device_show({"name": row.name})

    async def device_remove(self, given: Arguments) -> dict[str, Any]:
        """Remove a device."""
        core = self._core
        await retire(core.home.database, core.catalogue, core.fleet, given["name"])
        return {"removed": given["name"]}

    async def user_list(self, _: Arguments) -> list[dict[str, Any]]:
        """People."""
        return [await shown.person(self._core, person) for person in await self._core.people.listed()]

    async def user_show(self, given: Arguments) -> dict[str, Any]:
        """One person."""
        return await shown.person(self._core, await self._found(given["name"]))

    async def user_add(self, given: Arguments) -> dict[str, Any]:
        """Add a person."""
        person = await self._core.people.add(
            given["name"],
            given.get("password"),
            display_name=given.get("display_name") or "",
            administrator=bool(given.get("administrator")),
            restricted=bool(given.get("restricted")),
            least=_LEAST,
        )
        return await shown.person(self._core, person)

    async def user_set(self, given: Arguments) -> dict[str, Any]:
        """Change a person: password, rights, credit."""
        people, name = self._core.people, given["name"]
        if given.get("password") is not None:
            await people.set_password(name, given["password"], least=_LEAST)
        person = await people.change(
            name,
            display_name=given.get("display_name"),
            administrator=given.get("administrator"),
            restricted=given.get("restricted"),
            disabled=given.get("disabled"),
        )
        if given.get("credit"):
            amount, memo = int(given["credit"]), given.get("memo") or ""
            node = self._core.home.node
            await self._core.home.database.write(
                lambda connection: ledger.credit(connection, node, person.id, amount, memo, "")
            )
        return await shown.person(self._core, person)

    async def user_remove(self, given: Arguments) -> dict[str, Any]:
        """Remove a person."""
        await self._core.people.remove(given["name"])
        return {"removed": given["name"]}

    async def job_list(self, given: Arguments) -> list[dict[str, Any]]:
        """Jobs, the newest first: of all, or of those that have not ended; the newest 200 unless told otherwise."""
        queue = self._core.catalogue.named(given["queue"]).id if given.get("queue") else None
        final = False if given.get("waiting") else None
        limit = _MOST if given.get("all") else max(1, min(int(given.get("limit") or 200), _MOST))
        jobs = await self._core.jobs.selected(queue_id=queue, final=final, newest_first=True, limit=limit)
        return [await shown.job(self._core, job) for job in jobs]

    async def job_show(self, given: Arguments) -> dict[str, Any]:
        """One job with its attempts and its ledger line."""
        job = await self._numbered(given)
        tried = await self._core.home.database.read(lambda connection: attempts.of_job(connection, job.id))
        rows = [
            {
                "device": shown.device_name(self._core, attempt.device_id),
                "began": shown.moment(attempt.began_at),
                "sent": shown.moment(attempt.sent_at),
                "ended": shown.moment(attempt.ended_at),
                "outcome": attempt.outcome,
                "impressions": attempt.impressions,
                "source": attempt.source,
                "message": attempt.message,
            }
            for attempt in tried
        ]
        return await shown.job(self._core, job) | {"attempts": rows}

    async def job_release(self, given: Arguments) -> dict[str, Any]:
        """Release a held job."""
        job = await self._numbered(given)
        device = self._core.fleet.named(given["device"]).id if given.get("device") else None
        confirmed = bool(given.get("again"))
        return await shown.job(self._core, await self._core.desk.release(None, job.id, device, confirmed=confirmed))

    async def job_hold(self, given: Arguments) -> dict[str, Any]:
        """Hold a job that waits for its device."""
        job = await self._numbered(given)
        return await shown.job(self._core, await self._core.desk.hold(None, job.id))

    async def job_cancel(self, given: Arguments) -> dict[str, Any]:
        """Cancel a job."""
        job = await self._numbered(given)
        if job.final:
            raise NotPossible(f"Job {job.job_id} has ended already.")
        if active(job):
            if self._cancel_active is None:
                raise NotPossible("It was being printed when the gateway ended. Start the gateway first.")
            await self._cancel_active(job.id)
            return await shown.job(self._core, await self._core.jobs.get(job.id))
        return await shown.job(self._core, await self._core.desk.delete(None, job.id))

    async def job_settle(self, given: Arguments) -> dict[str, Any]:
        """Decide a job of unknown outcome."""
        job = await self._numbered(given)
        return await shown.job(
            self._core, await self._core.desk.settle_uncertain(None, job.id, printed=bool(given["printed"]))
        )

    async def price_show(self, _: Arguments) -> list[dict[str, Any]]:
        """Prices: of each device that has its own, and of all others."""
        found = await self._core.home.database.read(accounts.prices)
        return [
            {
                "device": shown.device_name(self._core, device) if device else "(others)",
                "mono": price.mono,
                "color": price.color,
                "sheet": price.sheet,
            }
            for device, price in sorted(found.items())
        ]

    async def price_set(self, given: Arguments) -> list[dict[str, Any]]:
        """Set the price of a device, or of all that have none of their own."""
        device = self._core.fleet.named(given["device"]).id if given.get("device") else ""
        await self._price(device, given)
        return await self.price_show({})

    async def first_run_link(self, _: Arguments) -> dict[str, Any]:
        """Make a one-time link for the administrator."""
        return {"token": await first_run.new_link(self._core.home.database)}

    def _queue_values(self, given: Arguments) -> dict[str, Any]:
        plain = (
            "info",
            "location",
            "release_after",
            "retention",
            "retain_for",
            "accept_unowned",
            "tokens_over_plain",
            "offer_rule",
            "accepting",
            "refuse_mismatch",
            "stamp",
            "stamp_text",
            "stamp_qr",
            "require_stamp",
            "banner",
            "max_bytes",
        )
        values = {name: given[name] for name in plain if given.get(name) is not None}
        if given.get("device") is not None:
            values["devices"] = tuple(self._core.fleet.named(name).id for name in given["device"] if name)
        if given.get("default_device") is not None:
            name = given["default_device"]
            values["default_device"] = self._core.fleet.named(name).id if name else None
        if given.get("trusted_network") is not None:
            values["trusted_networks"] = tuple(text for text in given["trusted_network"] if text)
        if given.get("operator_network") is not None:
            values["operator_networks"] = tuple(text for text in given["operator_network"] if text)
        if given.get("no_release_after"):
            values["release_after"] = None
        return values

    async def _price(self, device_id: str, given: Arguments) -> None:
        if all(given.get(name) is None for name in ("mono", "color", "sheet")):
            return
        before = await self._core.desk.price(device_id)
        fresh = Price(
            *(
                int(given[name]) if given.get(name) is not None else getattr(before, name)
                for name in ("mono", "color", "sheet")
            )
        )
        node = self._core.home.node
        await self._core.home.database.write(
            lambda connection: ledger.set_price(connection, node, device_id, fresh, "")
        )

    async def _numbered(self, given: Arguments) -> Job:
        wanted = str(given["id"])
        if wanted.isascii() and wanted.isdigit():
            return await self._core.jobs.numbered(int(wanted))
        return await self._core.jobs.get(wanted.removeprefix("urn:uuid:"))

    async def _found(self, name: str) -> Person:
        person = await self._core.people.find(name)
        if person is None:
            raise NotPossible(f"There is no person called {name}. `printgate user list` shows who there is.")
        return person


Handler = Callable[[Commands, Arguments], Awaitable[Any]]

_TABLE: Final[dict[str, Handler]] = {
    "queue list": Commands.queue_list,
    "queue show": Commands.queue_show,
    "queue add": Commands.queue_add,
    "queue set": Commands.queue_set,
    "queue remove": Commands.queue_remove,
    "device list": Commands.device_list,
    "device show": Commands.device_show,
    "device add": Commands.device_add,
    "device set": Commands.device_set,
    "device remove": Commands.device_remove,
    "user list": Commands.user_list,
    "user show": Commands.user_show,
    "user add": Commands.user_add,
    "user set": Commands.user_set,
    "user remove": Commands.user_remove,
    "job list": Commands.job_list,
    "job show": Commands.job_show,
    "job release": Commands.job_release,
    "job hold": Commands.job_hold,
    "job cancel": Commands.job_cancel,
    "job settle": Commands.job_settle,
    "token list": lambda commands, given: token_commands.token_list(commands.core, given),
    "token add": lambda commands, given: token_commands.token_add(commands.core, given),
    "token revoke": lambda commands, given: token_commands.token_revoke(commands.core, given),
    "dns zone": lambda commands, given: dns_commands.dns_records(commands.core, given),
    "dns nsupdate": lambda commands, given: dns_commands.dns_records(commands.core, given),
    "price show": Commands.price_show,
    "price set": Commands.price_set,
    "first-run": Commands.first_run_link,
}
