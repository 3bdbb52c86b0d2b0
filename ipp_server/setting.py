"""Changing what a printer and a job say: Set-Printer-Attributes, Set-Job-Attributes and their kin (RFC 3380).

All or none: one attribute that cannot be set stops the whole request.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from ipp.codec import encode_attribute
from ipp.enums import GroupTag, JobState, Status, Tag
from ipp.message import Attribute, Group
from ipp.values import Value
from ipp_server import job_attributes, setting_rows
from ipp_server.controlling import actor, allowed
from ipp_server.errors import RequestFault
from ipp_server.printer import Door
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs import holding, order
from jobs.errors import NotAdmitted, OutOfService
from jobs.intake import Submission
from jobs.job import Job
from jobs.ticket import Ticket, changed, under
from jobs.work import now
from storage.errors import StorageError

_MOST: Final = 200  # attributes set by one request
_COLUMNS: Final = ("job-name", "job-message-from-operator")
_WAIT: Final = ("job-hold-until", "job-hold-until-time")


async def set_printer_attributes(service: Service, request: Request) -> Reply:
    """Change a queue's defaults and its words (RFC 3380 section 4.1)."""
    queue = request.queue
    sent = _sent(request, GroupTag.PRINTER)
    told = {one.name for one in service.describer.attributes(queue, _door(request), 0)}
    _refuse_unsettable(sent, setting_rows.OF_PRINTERS, told)
    wrong = [one for one in sent if not _deletes(one) and not setting_rows.fits(one, queue)]
    if wrong:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "The printer cannot be set to all of these values.",
            wrong,
        )
    kept = dict(queue.set_attributes)
    columns: dict[str, Any] = {}
    for one in sent:
        if one.name in setting_rows.COLUMNS:
            columns[setting_rows.COLUMNS[one.name]] = "" if _deletes(one) else setting_rows.words(one)
        elif _deletes(one):
            kept.pop(one.name, None)
        else:
            kept[one.name] = encode_attribute(one).hex()
    if "operator_message" in columns:
        columns["operator_message_at"] = now()
    await service.catalogue.change(queue.name, actor=request.actor, set_attributes=kept, **columns)
    return noting(request, Reply())


async def get_printer_supported_values(service: Service, request: Request) -> Reply:
    """Say what the settable attributes may be set to (RFC 3380 section 4.3)."""
    told = {one.name: one for one in service.describer.attributes(request.queue, _door(request), 0)}
    asked = set(request.requested)
    everything = not asked or asked & {"all", "printer-description", "job-template", "printer-defaults"}
    names = [name for name in setting_rows.OF_PRINTERS if everything or name in asked]
    return Reply().add(GroupTag.PRINTER, [setting_rows.possible(name, told) for name in names])


async def get_user_printer_attributes(service: Service, request: Request) -> Reply:
    """Say what the queue offers to who asks: without credit it takes none of their jobs (PWG 5100.11 section 4.1)."""
    queue, words = request.queue, ""
    try:
        await service.intake.admit(_nothing(request), only_asking=True)
    except NotAdmitted as error:
        queue, words = replace(queue, accepting=False), str(error)
    except (OutOfService, StorageError):
        words = ""  # nobody prints: the queue's own attributes say so
    encoded = service.describer.answer(
        queue,
        request.authority,
        request.requested,
        service.jobs.waiting(queue.id),
        secure=request.secure,
        path=request.address.path(queue.name),
        token_id=request.identity.token_id,
        language=request.language,
    )
    return Reply(message=words).add_encoded(GroupTag.PRINTER, encoded)


def _nothing(request: Request) -> Submission:
    """A job of who asks, without a document."""
    person = request.identity.person
    return Submission(
        queue=request.queue,
        person=person,
        user_name=request.identity.name,
        ticket=Ticket(),
        title="",
        document_name="",
        declared_format="",
        peer=request.peer,
    )


async def set_job_attributes(service: Service, request: Request) -> Reply:
    """Change how a waiting job is to be printed, and what it is called (RFC 3380 section 4.2)."""
    job = request.job
    assert job is not None
    allowed(request, job)
    sent = _sent(request, GroupTag.JOB)
    _refuse_unsettable(sent, setting_rows.OF_JOBS, (*job_attributes.DESCRIPTION, *job_attributes.TEMPLATE))
    described = [one for one in sent if one.name in _COLUMNS]
    columns = _columns(request, described)
    template = [one for one in sent if one.name not in _COLUMNS]
    if request.queue.holds:
        # A queue that holds does so whatever else is wished: that alone is no reason to refuse the rest.
        request.unsupported += [one for one in template if one.name in _WAIT]
        template = [one for one in template if one.name not in _WAIT]
    if template:
        job = await _revise(service, request, job, template, columns)
    elif "title" in columns:
        job = await service.jobs.revise(job.id, lambda _: columns)
    elif columns:
        # An operator has something to say of jobs that have ended, too.
        await service.jobs.note(job.id, **columns)
    if any(one.name in _WAIT for one in template):
        await _wait_anew(service, request, job)
    return noting(request, Reply())


async def _revise(
    service: Service, request: Request, job: Job, template: Sequence[Attribute], columns: dict[str, Any]
) -> Job:
    queue = request.queue
    resolved = under(changed(job.ticket, template, queue.offer), queue)
    if resolved.unsupported:
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "The job cannot be printed like that here.",
            resolved.unsupported,
        )

    def worked_out(current: Job) -> dict[str, Any]:
        # What changed meanwhile stays: only what is asked for is put upon the ticket as it stands.
        ticket = under(changed(current.ticket, template, queue.offer), queue).ticket
        ranked = {}
        if ticket.job_priority != current.ticket.job_priority:
            ranked = {
                "priority": ticket.job_priority,
                "rank": order.rank(ticket.job_priority, current.job_id),
            }
        return {"ticket": ticket.to_json(), **ranked, **columns}

    return await service.jobs.revise(job.id, worked_out)


async def _wait_anew(service: Service, request: Request, job: Job) -> None:
    """Hold or let go a job whose owner wants it printed at another time than before."""
    queue, ticket = request.queue, job.ticket
    if queue.holds:
        return
    times, waits = holding.times(queue, ticket, now()), holding.held(queue, ticket)
    if waits and job.state is JobState.PENDING:
        await service.desk.hold(actor(request), job.id, ticket.until)
        # The desk holds until a named time or for good: what the owner said stands in the ticket.
        await service.jobs.revise(job.id, lambda _: {"ticket": ticket.to_json(), **times})
    elif job.held and not (job.incoming or job.uncertain):
        let_go = times["release_at"] if waits else now()
        await service.jobs.revise(job.id, lambda _: {**times, "release_at": let_go})


def _columns(request: Request, described: Iterable[Attribute]) -> dict[str, Any]:
    """The columns of a job's row that are attributes of their own."""
    columns: dict[str, Any] = {}
    for one in described:
        words = "" if _deletes(one) else setting_rows.words(one)
        limit = 127 if one.name == "job-message-from-operator" else 255
        if words is None or len(words.encode()) > limit:
            raise RequestFault(
                Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED, f"{one.name} cannot be that.", [one]
            )
        if one.name == "job-name":
            columns["title"] = words
        elif request.identity.operator:
            columns["operator_message"] = words
        else:
            raise _unsettable([one], "Only an operator leaves a message of the operator.")
    return columns


def _sent(request: Request, tag: int) -> Sequence[Attribute]:
    """The attributes that are to be set."""
    group: Group | None = request.message.group(tag)
    if group is None or not group.attributes:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request does not say which attributes to set.")
    if len(group.attributes) > _MOST:
        raise RequestFault(
            Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE, f"At most {_MOST} attributes are set by one request."
        )
    return group.attributes


def _refuse_unsettable(sent: Sequence[Attribute], settable: Sequence[str], told: Iterable[str]) -> None:
    """Refuse what may not be set: as not-settable, or as unsupported where there is no such attribute."""
    known = frozenset(told)
    wrong = [one for one in sent if one.name not in settable]
    if not wrong:
        return
    if all(one.name not in known for one in wrong):
        raise RequestFault(
            Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
            "There are no such attributes here.",
            [Attribute(one.name, (Value(Tag.UNSUPPORTED, None),)) for one in wrong],
        )
    raise _unsettable(wrong, "Not all of these attributes can be set.")


def _unsettable(wrong: Iterable[Attribute], words: str) -> RequestFault:
    marked = [Attribute(one.name, (Value(Tag.NOT_SETTABLE, None),)) for one in wrong]
    return RequestFault(Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE, words, marked)


def _deletes(attribute: Attribute) -> bool:
    return bool(attribute.values) and attribute.values[0].tag == Tag.DELETE_ATTRIBUTE


def _door(request: Request) -> Door:
    return Door(request.authority, request.address.path(request.queue.name), request.secure)
