"""Every operation, and what it needs. The same table is what a queue advertises as operations-supported."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ipp.enums import Operation, Status
from ipp_server import asking, controlling, printing
from ipp_server.asking import Listing
from ipp_server.errors import RequestFault
from ipp_server.request import Request
from ipp_server.service import Reply, Service

Handler = Callable[[Service, Request], Awaitable[Reply | Listing]]


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: who carries it out, whether it is open to anybody, and whether it is about one job."""

    handler: Handler
    open: bool = False
    job: bool = False
    document: bool = False


OPERATIONS: Final[dict[Operation, Row]] = {
    Operation.PRINT_JOB: Row(printing.print_job, document=True),
    Operation.VALIDATE_JOB: Row(printing.validate_job, open=True),
    Operation.CREATE_JOB: Row(printing.create_job),
    Operation.SEND_DOCUMENT: Row(printing.send_document, job=True, document=True),
    Operation.CANCEL_JOB: Row(controlling.cancel_job, job=True),
    Operation.GET_JOB_ATTRIBUTES: Row(asking.get_job_attributes, job=True),
    Operation.GET_JOBS: Row(asking.get_jobs),
    Operation.GET_PRINTER_ATTRIBUTES: Row(asking.get_printer_attributes, open=True),
    Operation.HOLD_JOB: Row(controlling.hold_job, job=True),
    Operation.RELEASE_JOB: Row(controlling.release_job, job=True),
    Operation.CANCEL_MY_JOBS: Row(controlling.cancel_my_jobs),
    Operation.CLOSE_JOB: Row(printing.close_job, job=True),
    Operation.IDENTIFY_PRINTER: Row(asking.identify_printer),
}

SUPPORTED: Final = tuple(sorted(OPERATIONS))


def row_of(code: int) -> Row:
    """The row of an operation, or refuse one that is not offered."""
    row = OPERATIONS.get(Operation(code))
    if row is None:
        raise RequestFault(
            Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED, f"{Operation(code).keyword} is not offered here."
        )
    return row
