"""Administration of queues: what people see when they print, and how it treats their documents."""

from typing import Any, Final

from aiohttp import web

from jobs.queue import DAY, Kind, Queue
from storage.node import new_id
from web import words
from web.admin_overview import counts
from web.errors import BadForm
from web.forms import Form
from web.help_pages import uris
from web.i18n import N_
from web.site import Visit

_STAMPS: Final = {
    "off": N_("Nowhere"),
    "top-left": N_("At the top, left"),
    "top": N_("At the top, in the middle"),
    "top-right": N_("At the top, right"),
    "left": N_("At the left edge, upwards"),
    "right": N_("At the right edge, upwards"),
    "bottom-left": N_("At the bottom, left"),
    "bottom": N_("At the bottom, in the middle"),
    "bottom-right": N_("At the bottom, right"),
    "center": N_("In the middle of the page"),
    "diagonal": N_("Across the page, large and pale"),
}
_BANNERS: Final = {
    "none": N_("None"),
    "before": N_("Before the document"),
    "after": N_("After the document"),
}
_HOUR: Final = 3600
_MEGABYTE: Final = 1 << 20


async def show(visit: Visit) -> web.Response:
    """Show all queues."""
    host = visit.request.url.host or "localhost"
    known = {row.id: row.shown for row in visit.parts.fleet.listed()}
    lines = [
        (
            queue,
            words.KINDS[queue.kind],
            [known[device] for device in queue.pool(tuple(known))],
            uris(visit.parts.address(queue.name, host)),
            visit.parts.jobs.waiting(queue.id),
        )
        for queue in visit.parts.catalogue.listed()
    ]
    return visit.page("admin_queues.html", here="queues", counts=await counts(visit), lines=lines)


async def ask_add(visit: Visit) -> web.Response:
    """Show the form for a new queue."""
    return await _form(visit, Queue("", "", Kind.FOLLOW_ME), fresh=True)


async def show_one(visit: Visit) -> web.Response:
    """Show the settings of a queue."""
    return await _form(visit, _queue(visit), fresh=False)


def _queue(visit: Visit) -> Queue:
    return visit.parts.catalogue.named(visit.request.match_info["name"])


async def _form(visit: Visit, queue: Queue, *, fresh: bool) -> web.Response:
    host = visit.request.url.host or "localhost"
    return visit.page(
        "admin_queue.html",
        here="queues",
        counts=await counts(visit),
        queue=queue,
        fresh=fresh,
        kinds=words.KINDS,
        stamps=_STAMPS,
        banners=_BANNERS,
        devices=visit.parts.fleet.listed(),
        uris=uris(visit.parts.address(queue.name, host)) if queue.name else (),
        waiting=visit.parts.jobs.waiting(queue.id),
        hour=_HOUR,
        megabyte=_MEGABYTE,
    )


def settings_in(form: Form) -> dict[str, Any]:
    """Read the settings of a queue. Raises BadForm; what they may be together, the catalogue checks."""
    kind = form.text("kind", 16)
    if kind not in {one.value for one in Kind}:
        raise BadForm(N_("Choose how the queue works."))
    after = form.number("release_after", 0, 7 * 24 * 60)
    retention = form.number("retention", 1, 366 * 24)
    kept = form.number("retain_for", 0, 366 * 24)
    most = form.number("max_bytes", 1, 1 << 20)
    return {
        "name": form.text("name", 63),
        "kind": Kind(kind),
        "info": form.text("info", 127),
        "location": form.text("location", 127),
        "devices": tuple(form.all("devices", 1000)),
        "default_device": form.text("default_device", 40) or None,
        "trusted_networks": _networks(form, "trusted_networks"),
        "operator_networks": _networks(form, "operator_networks"),
        "tokens_over_plain": form.ticked("tokens_over_plain"),
        "accept_unowned": form.ticked("accept_unowned"),
        "release_after": after * 60 if after is not None else None,
        "retention": (retention or DAY // _HOUR) * _HOUR,
        "retain_for": (kept or 0) * _HOUR,
        "max_bytes": (most or 4096) * _MEGABYTE,
        "accepting": form.ticked("accepting"),
        "refuse_mismatch": form.ticked("refuse_mismatch"),
        "stamp": form.text("stamp", 16) or "off",
        "stamp_text": form.text("stamp_text", 200),
        "stamp_qr": form.ticked("stamp_qr"),
        "require_stamp": form.ticked("require_stamp"),
        "banner": form.text("banner", 16) or "none",
    }


def _networks(form: Form, name: str) -> tuple[str, ...]:
    return tuple(form.text(name, 1000).replace(",", " ").split()[:50])


async def add(visit: Visit) -> web.Response:
    """Add a queue."""
    queue = Queue(new_id(), **settings_in(visit.form))
    await visit.parts.catalogue.add(queue, actor=visit.who.id)
    return visit.go("/admin/queues?done=added")


async def change(visit: Visit) -> web.Response:
    """Change the settings of a queue."""
    before = _queue(visit)
    queue = await visit.parts.catalogue.change(before.name, actor=visit.who.id, **settings_in(visit.form))
    return visit.go(f"/admin/queues/{queue.name}?done=saved")


async def ask_remove(visit: Visit) -> web.Response:
    """Ask before a queue is removed."""
    queue = _queue(visit)
    waiting = visit.parts.jobs.waiting(queue.id)
    return visit.page(
        "admin_queue_remove.html", here="queues", counts=await counts(visit), queue=queue, waiting=waiting
    )


async def remove(visit: Visit) -> web.Response:
    """Remove a queue on which nothing waits."""
    await visit.parts.catalogue.remove(_queue(visit).name, actor=visit.who.id)
    return visit.go("/admin/queues?done=removed")
