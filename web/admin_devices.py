"""Administration of devices: adding, looking at, pricing, switching off, removing."""

from typing import Final

from aiohttp import web

from accounting import ledger
from accounting import store as accounts
from accounting.price import Price
from devices.store import DeviceRow
from release.retiring import retire
from web import words
from web.admin_overview import counts
from web.errors import BadForm
from web.forms import Form
from web.i18n import N_
from web.site import Visit

_LARGEST_PRICE: Final = 10**9

FORMATS: Final = {
    "application/pdf": "PDF",
    "image/pwg-raster": "PWG Raster",
    "image/urf": "URF",
    "application/postscript": "PostScript",
    "application/vnd.hp-PCLXL": "PCL XL",
    "application/vnd.hp-PCL": "PCL",
    "application/PCLm": "PCLm",
    "application/vnd.hp-PJL": "PJL",
    "application/vnd.epson.escp": "ESC/P",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
}
"""What documents a device takes, as its maker calls them."""


async def show(visit: Visit) -> web.Response:
    """Show all devices, and the price of those without their own."""
    rows = visit.parts.fleet.listed()
    prices = await visit.parts.database.read(accounts.prices)
    return visit.page(
        "admin_devices.html",
        here="devices",
        counts=await counts(visit),
        lines=[
            (row, words.device_badge(row, visit.talk), words.abilities(row.capabilities, visit.talk)) for row in rows
        ],
        trouble=sum(words.in_trouble(row) for row in rows),
        price=prices.get("", Price()),
    )


async def ask_add(visit: Visit) -> web.Response:
    """Show the form for a new device."""
    return visit.page("admin_device_add.html", here="devices", counts=await counts(visit), trial=visit.parts.trial_uri)


async def add(visit: Visit) -> web.Response:
    """Add a device and ask what it can do."""
    form = visit.form
    row = await visit.parts.fleet.add(
        form.text("name", 63),
        form.text("uri", 1000),
        info=form.text("info", 127),
        location=form.text("location", 127),
        actor=visit.who.id,
    )
    return visit.go(f"/admin/devices/{row.name}?done=added")


def _device(visit: Visit) -> DeviceRow:
    return visit.parts.fleet.named(visit.request.match_info["name"])


async def show_one(visit: Visit) -> web.Response:
    """Show one device: its state, what it can do, its price, its settings."""
    row = _device(visit)
    prices = await visit.parts.database.read(accounts.prices)
    queues = [queue for queue in visit.parts.catalogue.listed() if row.id in queue.pool(visit.parts.fleet.known())]
    known = row.capabilities
    return visit.page(
        "admin_device.html",
        here="devices",
        counts=await counts(visit),
        device=row,
        state=words.device_badge(row, visit.talk),
        reasons=words.device_reasons(row, visit.talk),
        about=words.abilities(known, visit.talk),
        formats=[FORMATS[kind] for kind in known.formats if kind in FORMATS] if known else [],
        own_price=row.id in prices,
        price=prices.get(row.id) or prices.get("") or Price(),
        queues=queues,
    )


async def change(visit: Visit) -> web.Response:
    """Change a device's name, place, address, or whether it is used."""
    row, form = _device(visit), visit.form
    values: dict[str, object] = {
        "name": form.text("name", 63),
        "info": form.text("info", 127),
        "location": form.text("location", 127),
        "enabled": form.ticked("enabled"),
    }
    uri = form.text("uri", 1000)
    # The page shows the address without its password: only another address replaces what is kept.
    if uri and uri != row.address:
        values["uri"] = uri
    changed = await visit.parts.fleet.change(row.name, actor=visit.who.id, **values)
    return visit.go(f"/admin/devices/{changed.name}?done=saved")


async def look(visit: Visit) -> web.Response:
    """Ask the device anew."""
    row = _device(visit)
    await visit.parts.fleet.refresh(row.id, ask=True)
    return visit.go(f"/admin/devices/{row.name}")


def price_in(visit: Visit, form: Form) -> Price:
    """Read a price. Raises BadForm."""
    digits = visit.parts.settings.currency_digits
    found = Price(*(form.amount(name, digits) for name in ("mono", "color", "sheet")))
    if any(not 0 <= value <= _LARGEST_PRICE for value in (found.mono, found.color, found.sheet)):
        raise BadForm(N_("A price is not negative."))
    return found


async def put_price(visit: Visit) -> web.Response:
    """Set or take away the price of one device."""
    row = _device(visit)
    await _keep_price(visit, row.id, None if visit.form.ticked("ordinary") else price_in(visit, visit.form))
    return visit.go(f"/admin/devices/{row.name}?done=saved")


async def put_ordinary_price(visit: Visit) -> web.Response:
    """Set the price of all devices that have none of their own."""
    await _keep_price(visit, "", price_in(visit, visit.form))
    return visit.go("/admin/devices?done=saved")


async def _keep_price(visit: Visit, device_id: str, price: Price | None) -> None:
    node, actor = visit.parts.node, visit.who.id
    await visit.parts.database.write(lambda connection: ledger.set_price(connection, node, device_id, price, actor))


async def ask_remove(visit: Visit) -> web.Response:
    """Ask before a device is removed."""
    return visit.page("admin_device_remove.html", here="devices", counts=await counts(visit), device=_device(visit))


async def remove(visit: Visit) -> web.Response:
    """Remove a device."""
    row = _device(visit)
    parts = visit.parts
    await retire(parts.database, parts.catalogue, parts.fleet, row.name, actor=visit.who.id)
    return visit.go("/admin/devices?done=removed")
