"""How the command line shows things: plain values under IPP's names, ready for a table or for JSON."""

from datetime import UTC, datetime
from typing import Any

from accounting import ledger
from accounting import store as accounts
from devices.store import DeviceRow
from directory.store import Person
from gateway.core import Core
from jobs.job import Job
from jobs.queue import Queue


def device(row: DeviceRow) -> dict[str, Any]:
    """A device as it is configured, and what it said of itself."""
    can = row.capabilities
    return {
        "id": row.id,
        "name": row.name,
        "uri": row.address,
        "info": row.info,
        "location": row.location,
        "enabled": row.enabled,
        "state": row.state,
        "reasons": list(row.reasons),
        "message": row.message,
        "make_and_model": can.make_and_model if can else None,
        "formats": list(can.formats) if can else None,
        "color": can.color if can else None,
        "sides": list(can.sides) if can else None,
        "media": list(can.media) if can else None,
    }


def device_name(core: Core, device_id: str | None) -> str | None:
    """The name of a device, or the id of one that is gone."""
    found = next((row.name for row in core.fleet.listed() if row.id == device_id), None)
    return found or device_id


def queue(core: Core, row: Queue) -> dict[str, Any]:
    """A queue with its settings."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind.value,
        "info": row.info,
        "location": row.location,
        "devices": [device_name(core, device_id) for device_id in row.devices],
        "default_device": device_name(core, row.default_device),
        "trusted_networks": list(row.trusted_networks),
        "operator_networks": list(row.operator_networks),
        "tokens_over_plain": row.tokens_over_plain,
        "offer_rule": row.offer_rule,
        "accept_unowned": row.accept_unowned,
        "needs_password": row.needs_password,
        "release_after": row.release_after,
        "retention": row.retention,
        "retain_for": row.retain_for,
        "accepting": row.accepting,
        "refuse_mismatch": row.refuse_mismatch,
        "stamp": row.stamp,
        "stamp_text": row.stamp_text,
        "stamp_qr": row.stamp_qr,
        "require_stamp": row.require_stamp,
        "banner": row.banner,
        "waiting": core.jobs.waiting(row.id),
        "path": f"/ipp/print/{row.name}",
    }


async def person(core: Core, row: Person) -> dict[str, Any]:
    """A person with what they have to spend."""
    node = core.home.node
    balance, available = await core.home.database.write(lambda connection: ledger.balance(connection, node, row.id))
    return {
        "id": row.id,
        "name": row.name,
        "display_name": row.display_name,
        "administrator": row.administrator,
        "restricted": row.restricted,
        "disabled": row.disabled,
        "balance": balance,
        "available": available,
    }


async def job(core: Core, row: Job) -> dict[str, Any]:
    """A job with what it cost, or what is set aside for it."""
    charge = await core.home.database.read(lambda connection: accounts.charge_of(connection, row.id))
    held = await core.home.database.read(lambda connection: accounts.reservation_of(connection, row.id))
    found = core.catalogue.get(row.queue_id)
    line = charge and {
        "amount": -charge.amount,
        "impressions": charge.impressions,
        "color_impressions": charge.color_impressions,
        "sheets": charge.sheets,
        "basis": charge.basis,
    }
    return {
        "id": row.job_id,
        "uuid": row.id,
        "queue": found.name if found else None,
        "user": row.user_name,
        "title": row.title,
        "state": row.state.keyword,
        "reasons": list(row.reasons),
        "message": row.message,
        "uncertain": row.uncertain,
        "format": row.document_format,
        "size": row.size,
        "verdict": row.verdict,
        "pages": row.pages,
        "color_pages": row.color_impressions,
        "copies": row.ticket.copies,
        "sides": row.ticket.sides,
        "device": device_name(core, row.device_id),
        "impressions_completed": row.impressions_completed,
        "sheets_completed": row.sheets_completed,
        "created": moment(row.created_at),
        "completed": moment(row.completed_at),
        "expires": moment(row.expires_at),
        "reserved": held.amount if held else None,
        "charge": line,
    }


def moment(milliseconds: int | None) -> str | None:
    """A time in ISO 8601, UTC."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
