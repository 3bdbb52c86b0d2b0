"""What can be said to an IPP device, operation by operation, in the IPP version that it understands."""

import ssl
from types import TracebackType
from typing import Self

from devices import ipp_requests as requests
from devices.capabilities import Capabilities, from_printer_attributes
from devices.errors import DeviceError, DeviceUnclear
from devices.ipp_connection import BadRequest, IppConnection, Sending
from devices.ipp_requests import JobReport, VersionRefused
from devices.outgoing import Outgoing
from devices.settings import Settings
from devices.uri import DeviceUri
from ipp import build
from ipp.enums import GroupTag, Operation
from ipp.message import Attribute, Group, Message

_STATE = ("printer-state", "printer-state-reasons", "printer-state-message")

_JOB = (
    "job-id",
    "job-state",
    "job-state-reasons",
    "job-state-message",
    "job-printer-state-message",
    "job-impressions-completed",
    "job-media-sheets-completed",
)


class IppDialogue:
    """Requests to one device over one `IppConnection`. Every method raises DeviceError."""

    def __init__(self, target: DeviceUri, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._target = target
        self._connection = IppConnection(target, settings, tls)
        self._versions = settings.ipp_versions

    async def __aenter__(self) -> Self:
        await self._connection.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.__aexit__(kind, error, trace)

    async def capabilities(self) -> Capabilities:
        """Get-Printer-Attributes of everything; the device agrees on an IPP version by answering."""
        return from_printer_attributes(await self._printer("all"))

    async def printer_state(self) -> Group:
        """Get-Printer-Attributes of the state alone."""
        return await self._printer(*_STATE)

    async def _printer(self, *names: str) -> Group:
        wanted = build.keyword("requested-attributes", *names)
        answer = await self._ask(Operation.GET_PRINTER_ATTRIBUTES, *requests.user(requests.USER), wanted)
        group = answer.group(GroupTag.PRINTER)
        if group is None:
            raise DeviceUnclear(f"The device at {self._target.name} says nothing about itself.")
        return group

    async def create_job(self, outgoing: Outgoing, capabilities: Capabilities) -> int:
        """Create-Job; the device's number for the job."""
        answer = await self._ask(
            Operation.CREATE_JOB,
            *requests.creation(outgoing),
            job=requests.job_template(outgoing, capabilities),
        )
        report = requests.report(answer)
        if report is None or report.job_id is None:
            raise DeviceUnclear(f"The device at {self._target.name} made a job but gave it no number.")
        return report.job_id

    async def send_document(self, job_id: int, sending: Sending, capabilities: Capabilities) -> JobReport | None:
        """Send-Document, the job's only one."""
        return await self._send(
            Operation.SEND_DOCUMENT,
            sending,
            build.integer("job-id", job_id),
            *requests.user(sending.outgoing.user_name),
            requests.document_format(sending.outgoing, capabilities),
            build.boolean("last-document", True),
        )

    async def print_job(self, sending: Sending, capabilities: Capabilities) -> JobReport | None:
        """Print-Job, for devices without Create-Job."""
        return await self._send(
            Operation.PRINT_JOB,
            sending,
            *requests.creation(sending.outgoing),
            requests.document_format(sending.outgoing, capabilities),
            job=requests.job_template(sending.outgoing, capabilities),
        )

    async def job_report(self, job_id: int) -> JobReport:
        """Get-Job-Attributes."""
        answer = await self._ask(
            Operation.GET_JOB_ATTRIBUTES,
            build.integer("job-id", job_id),
            *requests.user(requests.USER),
            build.keyword("requested-attributes", *_JOB),
            kept=True,
        )
        report = requests.report(answer)
        if report is None or report.state is None:
            raise DeviceUnclear(f"The device at {self._target.name} says nothing about the job.")
        return report

    async def cancel_job(self, job_id: int, user: str = requests.USER) -> None:
        """Cancel-Job."""
        await self._ask(Operation.CANCEL_JOB, build.integer("job-id", job_id), *requests.user(user))

    async def identify(self) -> None:
        """Identify-Printer (PWG 5100.13 section 5.1)."""
        await self._ask(Operation.IDENTIFY_PRINTER, *requests.user(requests.USER))

    async def _ask(
        self, operation: Operation, *attributes: Attribute, job: tuple[Attribute, ...] = (), kept: bool = False
    ) -> Message:
        """Ask in the highest version that the device takes, and remember it."""
        refused: DeviceError | None = None
        agreed = self._versions.get(self._target.uri)
        for version in sorted(requests.VERSIONS, key=lambda version: version != agreed):
            message = requests.request(version, operation, self._target.uri, *attributes, job=job)
            try:
                answer = self._successful(await self._connection.exchange(message, kept=kept))
            except (BadRequest, VersionRefused) as error:
                # The first refusal has the words that fit: lower versions are only a guess.
                refused = refused or error
                continue
            self._versions[self._target.uri] = version
            return answer
        assert refused is not None
        raise refused

    async def _send(
        self, operation: Operation, sending: Sending, *attributes: Attribute, job: tuple[Attribute, ...] = ()
    ) -> JobReport | None:
        # Get-Printer-Attributes has settled the version: a document is never sent on trial.
        version = self._versions[self._target.uri]
        message = requests.request(version, operation, self._target.uri, *attributes, job=job)
        return requests.report(self._successful(await self._connection.exchange(message, sending)))

    def _successful(self, answer: Message) -> Message:
        refusal = requests.refusal(self._target.name, answer)
        if refusal is not None:
            raise refusal
        return answer
