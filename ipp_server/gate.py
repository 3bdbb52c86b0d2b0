"""The gate: what all operations share, checked once and in the order of RFC 8011 section 4.1."""

from collections.abc import Collection
from typing import Final

from ipp.enums import GroupTag, Status, Tag
from ipp.message import Message
from ipp_server.address import Scope
from ipp_server.errors import RequestFault


def check_header(message: Message) -> None:
    """Check version and request-id; an answer to what fails here carries no attributes but charset and language."""
    major, minor = message.version
    if major < 1 or major > 2:
        raise RequestFault(
            Status.SERVER_ERROR_VERSION_NOT_SUPPORTED, f"IPP/{major}.{minor} is not spoken here. Use 1.0 to 2.2."
        )
    if message.request_id < 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request-id must be at least 1.")


def check_groups(message: Message) -> None:
    """Check that the operation attributes come first and begin with charset and language."""
    tags = [group.tag for group in message.groups]
    if not tags or tags[0] != GroupTag.OPERATION:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The operation attributes must come first.")
    if tags != sorted(tags) or tags.count(GroupTag.OPERATION) > 1 or tags.count(GroupTag.JOB) > 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The attribute groups are out of order.")
    attributes = message.groups[0].attributes
    first = [(attribute.name, attribute.values[0].tag if attribute.values else 0) for attribute in attributes[:2]]
    if first != [("attributes-charset", Tag.CHARSET), ("attributes-natural-language", Tag.NATURAL_LANGUAGE)]:
        raise RequestFault(
            Status.CLIENT_ERROR_BAD_REQUEST, "attributes-charset and attributes-natural-language must come first."
        )
    for group in message.groups:
        seen = [attribute.name for attribute in group.attributes]
        if len(seen) != len(set(seen)):
            raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "An attribute is there twice.")
    charset = str(message.groups[0].first("attributes-charset") or "").lower()
    if charset not in ("utf-8", "us-ascii"):
        raise RequestFault(Status.CLIENT_ERROR_CHARSET_NOT_SUPPORTED, "Only utf-8 and us-ascii are read here.")


def target(message: Message, scopes: Collection[Scope]) -> tuple[str, int | None]:
    """Return the URI that is addressed and, for a job named by number, that number (RFC 8011 section 4.1.5).

    Operations of the server itself (CUPS-Get-Printers) need none: "" stands for it.
    """
    operation = message.groups[0]
    wanted = {*scopes, Scope.PRINTER} if Scope.JOB in scopes else set(scopes)
    names = [name for scope, name in _TARGETS.items() if scope in wanted]
    found = next((attribute for attribute in map(operation.get, names) if attribute), None)
    if found is None and not names:
        return "", None
    if found is None or not found.values or found.values[0].tag != Tag.URI or not isinstance(found.first, str):
        missing = "job-uri, or printer-uri and job-id," if Scope.JOB in scopes else " or ".join(names)
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, f"The request must say {missing} as a uri.")
    if len(found.values) > 1:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "A request is about one printer or one job.")
    if Scope.JOB not in scopes or found.name != "printer-uri":
        return found.first, None
    number = operation.integer("job-id")
    if number is None and Scope.PRINTER not in scopes:
        raise RequestFault(Status.CLIENT_ERROR_BAD_REQUEST, "The request must say job-id beside printer-uri.")
    return found.first, number


_TARGETS: Final = {Scope.JOB: "job-uri", Scope.SYSTEM: "system-uri", Scope.PRINTER: "printer-uri"}
"""The operation attribute that names what a request is about; a job may be named by its printer and job-id."""
