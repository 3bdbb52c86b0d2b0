"""The resources of the System that come with the gateway."""

import time
import uuid
from typing import Final

from jobs.resources.resource import IMAGE, Resource, State
from web import icons

_ICONS: Final = (48, 128, 512)
_NAMESPACE: Final = uuid.UUID("8d4c7e0c-7a3e-5b0a-9b6f-2f7d0f6c3e55")


def own_resources() -> list[Resource]:
    """The pictures that queues show if they were given no others, as resources."""
    at, made = int(time.time() * 1000), []
    for number, size in enumerate(_ICONS, 1):
        name = f"printer-{size}.png"
        made.append(
            Resource(
                number=number,
                id=str(uuid.uuid5(_NAMESPACE, name)),
                type=IMAGE,
                created_at=at,
                name=f"Printer, {size} pixels",
                format="image/png",
                state=State.INSTALLED,
                size=len(icons.printer_png(size)),
                installed_at=at,
                path=f"/static/{name}",
            )
        )
    return made
