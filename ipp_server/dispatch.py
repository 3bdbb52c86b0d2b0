"""Every operation, and what it needs. The same table is what a queue advertises as operations-supported."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ipp.enums import Operation, Status
from ipp_server import (
    again,
    asking,
    controlling,
    cups,
    documents,
    making,
    notifying,
    operating,
    printing,
    referring,
    resourcing,
    setting,
    subscribing,
    system,
)
from ipp_server.address import Scope
from ipp_server.asking import Listing
from ipp_server.errors import RequestFault
from ipp_server.notifying import EventWait
from ipp_server.request import Request
from ipp_server.service import Reply, Service

Handler = Callable[[Service, Request], Awaitable[Reply | Listing | EventWait]]


class Right(StrEnum):
    """Who may ask."""

    ANYBODY = "anybody"  # clients ask before they sign in
    KNOWN = "known"  # who is known, or where a queue takes jobs without an owner
    OPERATOR = "operator"
    SYSTEM = "system"  # operators of the whole gateway


_PRINTER: Final = frozenset({Scope.PRINTER})
_JOB: Final = frozenset({Scope.JOB})
_SYSTEM: Final = frozenset({Scope.SYSTEM})
_SERVER: Final = frozenset({Scope.SERVER})
_PRINTER_OR_SERVER: Final = frozenset({Scope.PRINTER, Scope.SERVER})
_PRINTER_OR_SYSTEM: Final = frozenset({Scope.PRINTER, Scope.SYSTEM})


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: who carries it out, what it is about, and who may ask for it."""

    handler: Handler
    scopes: frozenset[Scope] = _PRINTER
    right: Right = Right.KNOWN

    @property
    def job(self) -> bool:
        """Whether it is about one job."""
        return Scope.JOB in self.scopes


def _operator(handler: Handler, scopes: frozenset[Scope] = _PRINTER) -> Row:
    return Row(handler, scopes, Right.OPERATOR)


def _system(handler: Handler) -> Row:
    return Row(handler, _SYSTEM, Right.SYSTEM)


OPERATIONS: Final[dict[Operation, Row]] = {
    Operation.PRINT_JOB: Row(printing.print_job),
    Operation.PRINT_URI: Row(referring.print_uri),
    Operation.VALIDATE_JOB: Row(printing.validate_job, right=Right.ANYBODY),
    Operation.CREATE_JOB: Row(printing.create_job),
    Operation.SEND_DOCUMENT: Row(printing.send_document, _JOB),
    Operation.SEND_URI: Row(referring.send_uri, _JOB),
    Operation.CLOSE_JOB: Row(printing.close_job, _JOB),
    Operation.CANCEL_JOB: Row(controlling.cancel_job, _JOB),
    Operation.CANCEL_MY_JOBS: Row(cups.everywhere(controlling.cancel_my_jobs), _PRINTER_OR_SERVER),
    Operation.CANCEL_JOBS: _operator(cups.everywhere(controlling.cancel_jobs, operators=True), _PRINTER_OR_SERVER),
    Operation.CANCEL_CURRENT_JOB: _operator(controlling.cancel_current_job),
    Operation.HOLD_JOB: Row(controlling.hold_job, _JOB),
    Operation.RELEASE_JOB: Row(controlling.release_job, _JOB),
    Operation.RESTART_JOB: Row(again.restart_job, _JOB),
    Operation.REPROCESS_JOB: Row(again.reprocess_job, _JOB),
    Operation.RESUBMIT_JOB: Row(again.resubmit_job, _JOB),
    Operation.SUSPEND_CURRENT_JOB: _operator(controlling.suspend_current_job),
    Operation.RESUME_JOB: Row(controlling.resume_job, _JOB),
    Operation.PROMOTE_JOB: _operator(controlling.promote_job, _JOB),
    Operation.SCHEDULE_JOB_AFTER: _operator(controlling.schedule_job_after, _JOB),
    Operation.GET_JOB_ATTRIBUTES: Row(asking.get_job_attributes, _JOB),
    Operation.GET_JOBS: Row(cups.get_jobs, _PRINTER_OR_SERVER),
    Operation.GET_DOCUMENTS: Row(documents.get_documents, _JOB),
    Operation.GET_DOCUMENT_ATTRIBUTES: Row(documents.get_document_attributes, _JOB),
    Operation.SET_DOCUMENT_ATTRIBUTES: Row(documents.set_document_attributes, _JOB),
    Operation.CANCEL_DOCUMENT: Row(documents.cancel_document, _JOB),
    Operation.VALIDATE_DOCUMENT: Row(documents.validate_document, right=Right.ANYBODY),
    Operation.GET_PRINTER_ATTRIBUTES: Row(system.get_printer_attributes, _PRINTER_OR_SYSTEM, Right.ANYBODY),
    Operation.IDENTIFY_PRINTER: Row(asking.identify_printer),
    Operation.SET_PRINTER_ATTRIBUTES: _operator(system.of_one(setting.set_printer_attributes), _PRINTER_OR_SYSTEM),
    Operation.GET_PRINTER_SUPPORTED_VALUES: Row(
        system.of_one(setting.get_printer_supported_values), _PRINTER_OR_SYSTEM, Right.ANYBODY
    ),
    Operation.GET_USER_PRINTER_ATTRIBUTES: Row(setting.get_user_printer_attributes),
    Operation.SET_JOB_ATTRIBUTES: Row(cups.set_job_attributes, _JOB),
    Operation.PAUSE_PRINTER: _operator(operating.pause_printer),
    Operation.PAUSE_PRINTER_AFTER_CURRENT_JOB: _operator(operating.pause_printer),
    Operation.RESUME_PRINTER: _operator(operating.resume_printer),
    Operation.PURGE_JOBS: _operator(cups.everywhere(operating.purge_jobs, operators=True), _PRINTER_OR_SERVER),
    Operation.ENABLE_PRINTER: _operator(operating.enable_printer),
    Operation.DISABLE_PRINTER: _operator(operating.disable_printer),
    Operation.HOLD_NEW_JOBS: _operator(operating.hold_new_jobs),
    Operation.RELEASE_HELD_NEW_JOBS: _operator(operating.release_held_new_jobs),
    Operation.DEACTIVATE_PRINTER: _operator(operating.deactivate_printer),
    Operation.ACTIVATE_PRINTER: _operator(operating.activate_printer),
    Operation.RESTART_PRINTER: _operator(operating.restart_printer),
    Operation.SHUTDOWN_PRINTER: _operator(operating.shutdown_printer),
    Operation.STARTUP_PRINTER: _operator(operating.startup_printer),
    Operation.GET_SYSTEM_ATTRIBUTES: Row(system.get_system_attributes, _SYSTEM, Right.ANYBODY),
    Operation.GET_SYSTEM_SUPPORTED_VALUES: Row(system.get_system_supported_values, _SYSTEM, Right.ANYBODY),
    Operation.SET_SYSTEM_ATTRIBUTES: _system(system.set_system_attributes),
    Operation.GET_PRINTERS: Row(system.get_printers, _SYSTEM, Right.ANYBODY),
    Operation.CREATE_PRINTER: _system(making.create_printer),
    Operation.DELETE_PRINTER: _system(making.delete_printer),
    Operation.DISABLE_ALL_PRINTERS: _system(system.disable_all_printers),
    Operation.ENABLE_ALL_PRINTERS: _system(system.enable_all_printers),
    Operation.PAUSE_ALL_PRINTERS: _system(system.pause_all_printers),
    Operation.PAUSE_ALL_PRINTERS_AFTER_CURRENT_JOB: _system(system.pause_all_printers),
    Operation.RESUME_ALL_PRINTERS: _system(system.resume_all_printers),
    Operation.SHUTDOWN_ALL_PRINTERS: _system(system.shutdown_all_printers),
    Operation.STARTUP_ALL_PRINTERS: _system(system.startup_all_printers),
    Operation.RESTART_SYSTEM: _system(system.restart_system),
    Operation.SHUTDOWN_ONE_PRINTER: _operator(system.shutdown_one_printer, _SYSTEM),
    Operation.STARTUP_ONE_PRINTER: _operator(system.startup_one_printer, _SYSTEM),
    Operation.RESTART_ONE_PRINTER: _operator(system.restart_one_printer, _SYSTEM),
    Operation.CREATE_PRINTER_SUBSCRIPTIONS: Row(subscribing.create_printer_subscriptions),
    Operation.CREATE_JOB_SUBSCRIPTIONS: Row(subscribing.create_job_subscriptions),
    Operation.CREATE_SYSTEM_SUBSCRIPTIONS: _system(subscribing.create_system_subscriptions),
    Operation.GET_SUBSCRIPTION_ATTRIBUTES: Row(subscribing.get_subscription_attributes, _PRINTER_OR_SYSTEM),
    Operation.GET_SUBSCRIPTIONS: Row(subscribing.get_subscriptions, _PRINTER_OR_SYSTEM),
    Operation.RENEW_SUBSCRIPTION: Row(subscribing.renew_subscription, _PRINTER_OR_SYSTEM),
    Operation.CANCEL_SUBSCRIPTION: Row(subscribing.cancel_subscription, _PRINTER_OR_SYSTEM),
    Operation.GET_NOTIFICATIONS: Row(notifying.get_notifications, _PRINTER_OR_SYSTEM),
    Operation.CREATE_RESOURCE_SUBSCRIPTIONS: Row(subscribing.create_resource_subscriptions, _SYSTEM),
    Operation.CREATE_RESOURCE: _system(resourcing.create_resource),
    Operation.SEND_RESOURCE_DATA: _system(resourcing.send_resource_data),
    Operation.INSTALL_RESOURCE: _system(resourcing.install_resource),
    Operation.CANCEL_RESOURCE: _system(resourcing.cancel_resource),
    Operation.SET_RESOURCE_ATTRIBUTES: _system(resourcing.set_resource_attributes),
    Operation.GET_RESOURCE_ATTRIBUTES: Row(resourcing.get_resource_attributes, _SYSTEM, Right.ANYBODY),
    Operation.GET_RESOURCES: Row(resourcing.get_resources, _SYSTEM, Right.ANYBODY),
    Operation.ALLOCATE_PRINTER_RESOURCES: _operator(
        system.of_one(resourcing.allocate_printer_resources), _PRINTER_OR_SYSTEM
    ),
    Operation.DEALLOCATE_PRINTER_RESOURCES: _operator(
        system.of_one(resourcing.deallocate_printer_resources), _PRINTER_OR_SYSTEM
    ),
    Operation.GET_PRINTER_RESOURCES: Row(
        system.of_one(resourcing.get_printer_resources), _PRINTER_OR_SYSTEM, Right.ANYBODY
    ),
    Operation.CUPS_GET_DEFAULT: Row(cups.get_default, _SERVER, Right.ANYBODY),
    Operation.CUPS_GET_PRINTERS: Row(cups.get_printers, _SERVER, Right.ANYBODY),
    Operation.CUPS_GET_CLASSES: Row(cups.get_classes, _SERVER, Right.ANYBODY),
    Operation.CUPS_MOVE_JOB: _operator(cups.move_job, _PRINTER | _JOB),
}

OF_QUEUE: Final = tuple(sorted(code for code, row in OPERATIONS.items() if row.scopes & {Scope.PRINTER, Scope.JOB}))
"""operations-supported of a queue, where documents may be fetched."""
SUPPORTED: Final = tuple(code for code in OF_QUEUE if code not in referring.OPERATIONS)
"""operations-supported of a queue, where they may not."""
OF_SYSTEM: Final = tuple(sorted(code for code, row in OPERATIONS.items() if Scope.SYSTEM in row.scopes))
"""operations-supported of the System."""


def row_of(code: int) -> Row:
    """The row of an operation, or refuse one that is not offered."""
    row = OPERATIONS.get(Operation(code))
    if row is None:
        raise RequestFault(
            Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED, f"{Operation(code).keyword} is not offered here."
        )
    return row
