"""The desk: who may release, change, claim or delete which held job, and at which device.

Web, REST and IPP Release-Job all end here, so that rights, prices and reservations are the same through every door.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from sqlalchemy import Connection

from accounting import ledger
from accounting import store as accounts
from accounting.errors import AccountingError as AccountingError  # noqa: PLC0414 - part of the desk's words
from accounting.errors import CreditExhausted as CreditExhausted  # noqa: PLC0414 - as above
from accounting.price import Extent, Price
from devices.fleet import DeviceUnknown, Fleet
from devices.store import DeviceRow
from directory.passwords import Throttle
from directory.store import Person
from directory.store import by_id as person_by_id
from events import audit
from events.hub import Hub
from ipp.enums import JobState
from jobs import holding, store
from jobs.catalogue import Catalogue
from jobs.errors import NotPossible
from jobs.holding import INDEFINITE
from jobs.intake import claim_hash
from jobs.job import Job
from jobs.lifecycle import Event, IllegalTransition
from jobs.ticket import Ticket
from jobs.work import BY_OPERATOR, BY_USER, Jobs, active, now
from pdl.report import Report
from release.errors import (
    CannotPrint,
    DeviceNotReady,
    MayHavePrinted,
    NoDevice,
    NotYours,
    ReleaseError,
    StillCounting,
    TooManyCodes,
    WrongCode,
)
from release.marks import Marks, marks, unstamped
from release.outcome import PROVED, proved
from release.passwords import Passwords
from release.plan import Plan, asked, plan, report_of
from release.quotes import Changes as Changes  # noqa: PLC0414 - part of the desk's words
from release.quotes import Quote, Quotes
from release.streams import is_stream, label, sent_as
from storage import faults
from storage.database import Database

T = TypeVar("T")

COUNT_LIMIT: Final = 30.0
"""Seconds that a release waits for the count of a document that has just arrived."""

_CODES: Final = 20  # claim codes that one person may try within five minutes

_SYSTEM: Final = ""  # the actor of what the gateway does by itself


@dataclass(frozen=True, slots=True)
class Authority:
    """How a job will be printed, and at which price."""

    plan: Plan
    price: Price


class Desk:
    """Releases jobs."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        catalogue: Catalogue,
        fleet: Fleet,
        hub: Hub,
        node: str,
        language: str = "en",
    ) -> None:
        """Put it together; `language` is that of what is printed beside documents."""
        self._database, self._jobs, self._catalogue = database, jobs, catalogue
        self._fleet, self._hub, self._node, self._language = fleet, hub, node, language
        self._codes_tried = Throttle(_CODES)
        self._passwords = Passwords()

    async def waiting(self, person: Person) -> list[Job]:
        """A person's jobs that have not ended, the newest first."""
        return await self._jobs.selected(person_id=person.id, final=False, newest_first=True, limit=200)

    async def history(self, person: Person, before: int | None = None, limit: int = 50) -> list[Job]:
        """A person's ended jobs, the newest first."""
        return await self._jobs.selected(person_id=person.id, final=True, newest_first=True, before=before, limit=limit)

    def pool(self, job: Job) -> list[DeviceRow]:
        """The devices at which a job may be released."""
        queue = self._catalogue.get(job.queue_id)
        known = self._fleet.known()
        ids = queue.pool(known) if queue else known
        return [self._fleet.get(device_id) for device_id in ids]

    async def judge(self, job: Job, report: Report) -> str | None:
        """Policy after the count: the words with which a document is refused that no printer of its queue takes."""
        if not is_stream(report):
            return None
        queue = self._catalogue.get(job.queue_id)
        if queue is not None and queue.must_stamp:
            return unstamped(report)
        for device in self.pool(job):
            try:
                if device.capabilities is None:
                    return None  # it has not answered yet, and may take it
                sent_as(report, device.capabilities)
                return None
            except CannotPrint:
                continue
        return f"No printer of this queue takes {label(report)}. Print the document as PDF."

    async def quotes(self) -> Quotes:
        """What works out, with the prices as they are now, what jobs would be and cost at devices."""
        return Quotes(await self._database.read(accounts.prices), self._marks)

    async def quote(self, job: Job, device: DeviceRow, changes: Changes | None = None) -> Quote:
        """What one job would be and cost at one device."""
        return (await self.quotes()).quote(job, device, changes)

    async def price(self, device_id: str) -> Price:
        """The price of a device."""
        return (await self.quotes()).price(device_id)

    async def release(
        self,
        actor: Person | None,
        uuid: str,
        device_id: str | None = None,
        changes: Changes | None = None,
        *,
        confirmed: bool = False,
        password: str = "",
        nameless: bool = False,
    ) -> Job:
        """Let a held job go to a device, its price set aside. `actor` None is the gateway itself, or an operator.

        Whoever asks gives the password that it was sent with (job-password), `nameless` operators as well, of whom the
        network alone is known. Raises JobUnknown, NotYours, NotPossible, NeedsPassword, NoDevice, DeviceNotReady,
        CannotPrint, StillCounting, CreditExhausted and, for a job that may have printed already, MayHavePrinted unless
        `confirmed`.
        """
        job = theirs(await self._jobs.get(uuid), actor)
        _may_go(job, confirmed=confirmed)
        if actor is not None or nameless:
            await self._passwords.check(job, password)
        job = await self._counted(job)
        device = self._device(job, device_id)
        ticket = (changes or Changes()).apply(job.ticket)
        made = self._plan(job, ticket, device)
        price = await self.price(device.id)

        def write(connection: Connection) -> Job:
            # Looked at again: another release may have been quicker, and its outcome unknown by now.
            _may_go(store.get(connection, uuid), confirmed=confirmed)
            self._reserve(connection, job, made, price)
            moved = store.move(
                connection,
                uuid,
                Event.RELEASE,
                now(),
                device_id=device.id,
                ticket=ticket.to_json(),
                release_at=None,
                uncertain=False,
            )
            if nameless or (actor is not None and actor.id != job.person_id):
                who = actor.id if actor else ""
                audit.record(connection, self._node, who, "job.release", uuid, {"device": device.id})
            return moved

        moved = await self._write(write)
        faults.point("released")
        self._hub.ring("jobs")
        return moved

    async def authorise(self, job: Job) -> Authority:
        """Say how a released job will be printed, and at which price, where it goes now.

        Raises NoDevice, DeviceNotReady, CannotPrint.
        """
        device = self._device(job, job.device_id)
        owner = job.person_id
        person = await self._database.read(lambda connection: person_by_id(connection, owner)) if owner else None
        made = self._plan(job, job.ticket, device, person.shown if person else "")
        return Authority(made, await self.price(device.id))

    def reserve(self, connection: Connection, job: Job, authority: Authority) -> None:
        """Set aside the price of a job that was let go by its queue, not at the desk. Raises CreditExhausted."""
        if accounts.reservation_of(connection, job.id) is None:
            self._reserve(connection, job, authority.plan, authority.price)

    async def hold(self, actor: Person | None, uuid: str, until: str | None = None) -> Job:
        """Hold a job that waits for its device, and give back what was set aside.

        `until` is a job-hold-until, which a job that is held already is given as well. Raises NotPossible.
        """
        queue = self._catalogue.get(theirs(await self._jobs.get(uuid), actor).queue_id)

        def write(connection: Connection) -> Job:
            current = store.get(connection, uuid)
            # Of a job that is being printed nobody knows yet what is to be paid.
            _not_at_a_device(current)
            columns = holding.held_until(current, queue, until or INDEFINITE, now())
            if until and current.held and not current.incoming:
                store.note(connection, uuid, **columns)
                return store.get(connection, uuid)
            ledger.give_back(connection, uuid)
            return store.move(connection, uuid, Event.HOLD, now(), **columns)

        held = await self._write(write)
        self._hub.ring("jobs")
        return held

    async def delete(self, actor: Person | None, uuid: str) -> Job:
        """Cancel a job that no device works on and shred its document (a job being printed: see `Forward.cancel`)."""
        job = theirs(await self._jobs.get(uuid), actor)
        reasons = BY_USER if actor is not None and actor.id == job.person_id else BY_OPERATOR
        operator = actor is None or actor.administrator

        def settle(connection: Connection, current: Job) -> None:
            held = accounts.reservation_of(connection, uuid)
            if current.uncertain and not operator and held is not None and held.amount:
                raise NotPossible("It may have printed, and is to be paid if it did. An administrator decides.")
            ledger.give_back(connection, uuid)

        return await self._jobs.conclude(uuid, Event.CANCEL, reasons=reasons, check=_not_at_a_device, settle=settle)

    async def settle_uncertain(self, actor: Person | None, uuid: str, *, printed: bool, by_policy: bool = False) -> Job:
        """Decide a job of unknown outcome: it had printed (and is charged), or it had not (and waits again).

        The ledger says who decided: an operator (`actor` None at the command line), or the policy of the house.
        """
        job = await self._jobs.get(uuid)
        _undecided(job)
        who = actor.id if actor else _SYSTEM
        queue = self._catalogue.get(job.queue_id)
        if not printed:
            # It waits again for as long as if it had just come: its first time may be over.
            expires_at = now() + queue.retention * 1000 if queue else job.expires_at

            def free(connection: Connection) -> Job:
                _undecided(store.get(connection, uuid))
                ledger.give_back(connection, uuid)
                store.note(connection, uuid, uncertain=False, message="", expires_at=expires_at)
                audit.record(connection, self._node, who, "job.not-printed", uuid)
                return store.get(connection, uuid)

            return await self._write(free)
        extent = self._extent(job)

        def charge(connection: Connection, ended: Job) -> None:
            basis = "policy" if by_policy else "operator"
            ledger.settle(connection, self._node, uuid, ended.person_id, extent, extent.impressions, basis)
            audit.record(connection, self._node, who, "job.printed", uuid)

        if job.ticket.proof_copies is not None:

            def prove(connection: Connection) -> Job:
                current = store.get(connection, uuid)
                _undecided(current)
                charge(connection, current)
                ledger.begin_again(connection, uuid)
                store.note(connection, uuid, uncertain=False, message=PROVED, ticket=proved(current.ticket).to_json())
                return store.get(connection, uuid)

            return await self._write(prove)
        return await self._jobs.conclude(
            uuid,
            Event.COMPLETE,
            check=_undecided,
            settle=charge,
            uncertain=False,
            impressions_completed=extent.impressions,
            sheets_completed=extent.sheets,
        )

    async def claim(self, person: Person, code: str) -> Job:
        """Make a job without an owner a person's own, by the code that its sender was given.

        Codes are short enough to be typed, and so to be guessed: tries are counted, right ones as well, for whoever
        guesses can have right codes of their own. Raises WrongCode, TooManyCodes.
        """
        if self._codes_tried.left(person.id) <= 0:
            raise TooManyCodes("Too many codes were tried. Wait 5 minutes and try again.")
        self._codes_tried.failed(person.id)
        hashed = claim_hash(code)

        def write(connection: Connection) -> Job:
            held = store.selected(connection, states=(JobState.PENDING_HELD,), claim=hashed, limit=1)
            if not held:
                raise WrongCode("No document is waiting under this code. Check the letters and figures.")
            store.note(connection, held[0].id, person_id=person.id, user_name=person.name, claim=None)
            audit.record(connection, self._node, person.id, "job.claim", held[0].id)
            return store.get(connection, held[0].id)

        return await self._write(write)

    async def _counted(self, job: Job) -> Job:
        end = asyncio.get_running_loop().time() + COUNT_LIMIT
        while job.counted_at is None:
            if asyncio.get_running_loop().time() > end:
                raise StillCounting("The document is still being counted. Try again in a moment.")
            await asyncio.sleep(0.1)
            job = await self._jobs.get(job.id)
        if job.state is not JobState.PENDING_HELD:
            raise NotPossible(job.message or "The document is not waiting any more.")
        return job

    def _device(self, job: Job, device_id: str | None) -> DeviceRow:
        queue = self._catalogue.get(job.queue_id)
        known = self._fleet.known()
        chosen = device_id or (queue.target(known) if queue else None)
        if chosen is None:
            raise NoDevice("Say at which printer: this queue has no default device.")
        if queue and chosen not in queue.pool(known):
            raise NoDevice("That printer does not print this queue's documents. Choose another.")
        try:
            return self._fleet.get(chosen)
        except DeviceUnknown as error:
            raise NoDevice(str(error)) from None

    def _plan(self, job: Job, ticket: Ticket, device: DeviceRow, name: str = "") -> Plan:
        if device.capabilities is None:
            raise DeviceNotReady(f"{device.shown} has not answered yet. Check that it is switched on.")
        if ticket.document_overrides:
            ticket = replace(ticket, overrides=(*ticket.document_overrides, *ticket.overrides))
        return plan(ticket, report_of(job), device.capabilities, self._marks(job, device, name))

    def _marks(self, job: Job, device: DeviceRow, name: str = "") -> Marks:
        at = dt.datetime.now().astimezone()
        return marks(self._catalogue.get(job.queue_id), job, device.shown, at, name=name, language=self._language)

    def _extent(self, job: Job) -> Extent:
        try:
            return self._plan(job, job.ticket, self._device(job, job.device_id)).extent
        except ReleaseError:  # the device is not there any more: what was asked for is charged
            return asked(job.ticket, report_of(job))

    def _reserve(self, connection: Connection, job: Job, made: Plan, price: Price) -> None:
        payer = person_by_id(connection, job.person_id) if job.person_id else None
        restricted = payer.restricted if payer else False
        amount = made.extent.cost(price)
        ledger.reserve(connection, self._node, job.id, job.person_id, price, amount, restricted=restricted)

    async def _write(self, write: Callable[[Connection], T]) -> T:
        try:
            return await self._database.write(write)
        except IllegalTransition as error:
            raise NotPossible(str(error)) from None


def theirs(job: Job, actor: Person | None) -> Job:
    """Return the job if it is the actor's business; `actor` None is the gateway itself. Raises NotYours."""
    if actor is not None and not actor.administrator and job.person_id != actor.id:
        raise NotYours("This is somebody else's document.")
    return job


def _may_go(job: Job, *, confirmed: bool) -> None:
    if job.state is not JobState.PENDING_HELD or job.incoming:
        raise NotPossible("The document is not waiting to be released.")
    if job.uncertain and not confirmed:
        raise MayHavePrinted("It may have printed already. Look at the printer, then confirm to print it again.")


def _not_at_a_device(job: Job) -> None:
    if active(job):
        raise NotPossible("It is being printed.")


def _undecided(job: Job) -> None:
    if not job.uncertain or job.state is not JobState.PENDING_HELD:
        raise NotPossible("There is nothing to decide about this job.")
