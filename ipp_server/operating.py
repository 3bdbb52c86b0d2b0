"""The operations by which operators run a printer (RFC 8011 section 4.2.7 to 4.2.9, RFC 3998 section 3).

Each is a change of the queue's condition, kept in its row: a restart of the gateway does not undo it.
"""

from typing import Any

from ipp_server.controlling import end_all
from ipp_server.request import Request
from ipp_server.service import Reply, Service, noting
from jobs.work import now


async def pause_printer(service: Service, request: Request) -> Reply:
    """Begin no more jobs. What a device works on comes to its end: of no sheet is half a side printed."""
    return await _change(service, request, paused=True)


async def resume_printer(service: Service, request: Request) -> Reply:
    """Begin jobs again."""
    return await _change(service, request, paused=False)


async def disable_printer(service: Service, request: Request) -> Reply:
    """Take no more jobs; those that wait are printed."""
    return await _change(service, request, accepting=False)


async def enable_printer(service: Service, request: Request) -> Reply:
    """Take jobs again."""
    return await _change(service, request, accepting=True)


async def hold_new_jobs(service: Service, request: Request) -> Reply:
    """Hold what comes from now on; those that wait are printed."""
    return await _change(service, request, holding_new=True)


async def release_held_new_jobs(service: Service, request: Request) -> Reply:
    """Hold no longer what comes, and let go what was held for that reason alone."""
    reply = await _change(service, request, holding_new=False)
    await service.steering.release_new(service.catalogue.named(request.queue.name))
    return reply


async def deactivate_printer(service: Service, request: Request) -> Reply:
    """Take nothing and begin nothing (RFC 3998 section 3.4.1)."""
    return await _change(service, request, deactivated=True)


async def activate_printer(service: Service, request: Request) -> Reply:
    """Undo Deactivate-Printer: as Resume-Printer and Enable-Printer together (RFC 3998 section 3.4.2)."""
    return await _change(service, request, deactivated=False, paused=False, accepting=True)


async def shutdown_printer(service: Service, request: Request) -> Reply:
    """Take the queue out of service until it is started up; the gateway and its other queues go on."""
    return await _change(service, request, shut_down=True)


async def startup_printer(service: Service, request: Request) -> Reply:
    """Put a queue into service again; it takes jobs and prints those that wait."""
    return await _change(service, request, shut_down=False, deactivated=False, paused=False, accepting=True)


async def restart_printer(service: Service, request: Request) -> Reply:
    """Begin anew, as after Shutdown-Printer and Startup-Printer; no job is lost (RFC 3998 section 3.5.1)."""
    return await startup_printer(service, request)


async def purge_jobs(service: Service, request: Request) -> Reply:
    """End all jobs and forget the ended ones (RFC 8011 section 4.2.9); the ledger stands."""
    queue = request.queue
    await end_all(service, request)
    await service.jobs.purge(queue.id, actor=request.actor)
    return noting(request, Reply())


async def _change(service: Service, request: Request, **values: Any) -> Reply:
    if request.operation.get("printer-message-from-operator"):
        values["operator_message"] = request.text("printer-message-from-operator", 127)
        values["operator_message_at"] = now()
    await service.catalogue.change(request.queue.name, actor=request.actor, **values)
    return noting(request, Reply())
