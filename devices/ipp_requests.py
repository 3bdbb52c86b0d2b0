"""IPP as a printer's client speaks it: our requests, and what its answers mean. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.capabilities import OCTET_STREAM, Capabilities
from devices.errors import DeviceBusy, DeviceRefused, DeviceTroubled, DeviceUnclear
from devices.outgoing import Outgoing
from ipp import build
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Attribute, Group, Message

VERSIONS = ((2, 0), (1, 1), (1, 0))
"""Tried in this order: old devices refuse 2.0, very old ones 1.1."""

USER = "printgate"
"""The user of requests that belong to no job."""


class Gone(DeviceRefused):
    """The device does not know the job, or not any more."""


class VersionRefused(DeviceRefused):
    """The device may know this request in a lower IPP version."""


@dataclass(frozen=True)
class JobReport:
    """What the device says about a job (RFC 8011 section 5.3)."""

    job_id: int | None
    state: JobState | None
    reasons: tuple[str, ...]
    message: str
    impressions: int | None
    """job-impressions-completed"""
    sheets: int | None
    """job-media-sheets-completed"""

    @property
    def keyword(self) -> str:
        """The job-state as its keyword."""
        return "unknown" if self.state is None else self.state.keyword

    @property
    def ended(self) -> bool:
        """Whether the job is canceled, aborted or completed."""
        return self.state in (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)


def request(
    version: tuple[int, int], operation: Operation, uri: str, *attributes: Attribute, job: Sequence[Attribute] = ()
) -> Message:
    """Make a request to the printer at `uri`; `attributes` are further operation attributes."""
    first = (
        build.charset("attributes-charset", "utf-8"),
        build.language("attributes-natural-language", "en"),
        build.uri("printer-uri", uri),
    )
    groups = [Group(GroupTag.OPERATION, [*first, *attributes])]
    if job:
        groups.append(Group(GroupTag.JOB, list(job)))
    return Message(version, operation, 1, groups)


def creation(outgoing: Outgoing) -> tuple[Attribute, ...]:
    """List the operation attributes that begin a job (RFC 8011 section 4.2.1.1)."""
    return (
        *user(outgoing.user_name),
        build.name("job-name", clean(outgoing.job_name) or "Untitled"),
        # A device that lacks something prints as near as it can: the planner has already chosen.
        build.boolean("ipp-attribute-fidelity", False),
    )


def user(name: str) -> tuple[Attribute, ...]:
    """Say for whom."""
    return (build.name("requesting-user-name", clean(name) or USER),)


def document_format(outgoing: Outgoing, capabilities: Capabilities) -> Attribute:
    """Name the format; a device that does not list it is left to find out by itself, if it can."""
    listed = outgoing.format in capabilities.formats or OCTET_STREAM not in capabilities.formats
    return build.mime("document-format", outgoing.format if listed else OCTET_STREAM)


def job_template(outgoing: Outgoing, capabilities: Capabilities) -> tuple[Attribute, ...]:
    """Keep the Job Template attributes that the device lists: some refuse the whole job for one that they do not."""
    return tuple(a for a in outgoing.attributes if a.name in capabilities.job_creation_attributes)


def refusal(name: str, answer: Message) -> DeviceRefused | None:
    """Turn an answer's status into an error with words for a person; None when it is successful."""
    status = Status(answer.code)
    if status.is_success:
        return None
    group = answer.group(GroupTag.OPERATION)
    said = clean(group.string("status-message") or "") if group else ""
    words = _WORDS.get(status, f"refuses with {status.keyword}")
    text = f"The device at {name} {words}" + (f" (“{said}”)." if said else ".")
    # A server error that we do not know may have come at any moment.
    return _KINDS.get(status, DeviceUnclear if status >= 0x0500 else DeviceRefused)(text)


def report(answer: Message) -> JobReport | None:
    """Read the job from an answer; None when there is none in it."""
    group = answer.group(GroupTag.JOB)
    if group is None:
        return None
    state = group.integer("job-state")
    return JobReport(
        job_id=group.integer("job-id"),
        state=None if state is None else JobState(state),
        reasons=tuple(r for r in group.strings("job-state-reasons")[:50] if r != "none"),
        message=clean(group.string("job-state-message") or group.string("job-printer-state-message") or ""),
        impressions=_count(group, "job-impressions-completed"),
        sheets=_count(group, "job-media-sheets-completed"),
    )


def clean(text: str) -> str:
    """Cut a device's words to what may stand in a message: printable, one line, not long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:500]).split())[:200]


def _count(group: Group, name: str) -> int | None:
    value = group.integer(name)
    return value if value is not None and value >= 0 else None


_KINDS: dict[int, type[DeviceRefused]] = {
    Status.SERVER_ERROR_BUSY: DeviceBusy,
    Status.SERVER_ERROR_NOT_ACCEPTING_JOBS: DeviceBusy,
    Status.SERVER_ERROR_TOO_MANY_JOBS: DeviceBusy,
    Status.SERVER_ERROR_DEVICE_ERROR: DeviceTroubled,
    Status.SERVER_ERROR_TEMPORARY_ERROR: DeviceTroubled,
    Status.SERVER_ERROR_SERVICE_UNAVAILABLE: DeviceTroubled,
    # To Create-Job and Print-Job it means "not now" (RFC 8011 appendix B.1.4.5).
    Status.CLIENT_ERROR_NOT_POSSIBLE: DeviceTroubled,
    # These come while the document is read or even printed.
    Status.CLIENT_ERROR_TIMEOUT: DeviceUnclear,
    Status.CLIENT_ERROR_DOCUMENT_FORMAT_ERROR: DeviceUnclear,
    Status.CLIENT_ERROR_DOCUMENT_UNPRINTABLE_ERROR: DeviceUnclear,
    Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED: DeviceRefused,
    Status.SERVER_ERROR_PRINTER_IS_DEACTIVATED: DeviceRefused,
    Status.CLIENT_ERROR_NOT_FOUND: Gone,
    Status.CLIENT_ERROR_GONE: Gone,
    Status.CLIENT_ERROR_BAD_REQUEST: VersionRefused,
    Status.SERVER_ERROR_VERSION_NOT_SUPPORTED: VersionRefused,
}

_WORDS: dict[int, str] = {
    Status.CLIENT_ERROR_BAD_REQUEST: "does not understand our request",
    Status.CLIENT_ERROR_FORBIDDEN: "does not let this server print: look at its access settings",
    Status.CLIENT_ERROR_NOT_AUTHENTICATED: "wants a user and a password: give them in an ipps:// URI",
    Status.CLIENT_ERROR_NOT_AUTHORIZED: "does not let this user print: look at its access settings",
    Status.CLIENT_ERROR_NOT_POSSIBLE: "cannot do that now",
    Status.CLIENT_ERROR_NOT_FOUND: "knows neither that printer nor that job: check the URI's path",
    Status.CLIENT_ERROR_GONE: "does not know the job any more",
    Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED: "does not print this document format",
    Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED: "does not know this operation",
    Status.SERVER_ERROR_VERSION_NOT_SUPPORTED: "knows none of our IPP versions",
    Status.SERVER_ERROR_DEVICE_ERROR: "has a fault: look at its display",
    Status.SERVER_ERROR_NOT_ACCEPTING_JOBS: "accepts no jobs now",
    Status.SERVER_ERROR_BUSY: "is busy",
}
