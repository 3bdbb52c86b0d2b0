"""What is told about each queue and about the gateway: made of their IPP attributes (PWG 5100.14 section 4.2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.core import Core
from ipp.message import Attribute
from ipp_server import system_settings
from ipp_server.address import SYSTEM
from ipp_server.describe import told
from ipp_server.http import PATH
from ipp_server.printer import Door, House, node_uuid
from jobs.media import size_in_name
from jobs.queue import ANY_FORMAT, Queue
from mdns.txt import PrinterFacts, SystemFacts

_LAST: Final = 99  # DNS-SD priority of a printer that is to be taken when there is no other
_AIR: Final = (
    ("basic", "username,password"),
    ("digest", "username,password"),
    ("negotiate", "negotiate"),
)
"""What a client must have of its user, by uri-authentication-supported, what everybody has first (Bonjour Printing)."""
# Enums of finishings (PWG 5100.1 table 1): single ones, and by edge and corner.
_STAPLING: Final = frozenset({4, *range(20, 24), *range(28, 36)})
_PUNCHING: Final = frozenset({5, *range(70, 90)})
_BINDING: Final = frozenset({7, *range(50, 54)})
# Hundredths of a millimetre of the short side, from which on a sheet is called that.
_PAPER_MAX: Final = (
    (59400, ">isoC-A2"),
    (42000, "isoC-A2"),
    (29700, "tabloid-A3"),
    (21000, "legal-A4"),
    (0, "<legal-A4"),
)


def names(queues: Sequence[Queue]) -> dict[str, Queue]:
    """Queues by what they are called on the network: two that people call the same are told apart by their names."""
    shown = Counter(queue.shown for queue in queues)
    return {q.shown if shown[q.shown] == 1 else f"{q.shown} ({q.name})": q for q in queues}


def facts(queue: Queue, name: str, house: House, host: str, port: int) -> PrinterFacts:
    """What is told about a queue: taken from its attributes, so that records and answers never differ."""
    secure_only = queue.needs_password
    path = f"{PATH}/{queue.name}"
    secure = _told(queue, house, Door(f"{host}:{port}", path, secure=True))
    plain = secure if secure_only else _told(queue, house, Door(f"{host}:{port}", path, secure=False))
    finishings = plain.numbers("finishings-supported")
    return PrinterFacts(
        name=name,
        rp=path.lstrip("/"),
        uuid=plain.text("printer-uuid"),
        port=port,
        ty=plain.text("printer-make-and-model"),
        pdl=tuple(mime for mime in plain.texts("document-format-supported") if mime != ANY_FORMAT),
        urf=plain.texts("urf-supported"),
        note=plain.text("printer-location"),
        admin_url=plain.text("printer-more-info"),
        secure_admin_url=secure.text("printer-more-info"),
        color=plain.truth("color-supported"),
        duplex=len(plain.texts("sides-supported")) > 1,
        air=_air(secure.texts("uri-authentication-supported")),
        kind=plain.texts("printer-kind"),
        paper_max=paper_max(plain.texts("media-supported")),
        mopria=plain.text("mopria-certified"),
        secure_only=secure_only,
        priority=0 if queue.accepting and not queue.out_of_service else _LAST,
        staple=any(number in _STAPLING for number in finishings),
        punch=any(number in _PUNCHING for number in finishings),
        bind=any(number in _BINDING for number in finishings),
    )


def system_facts(core: Core, port: int) -> SystemFacts:
    """What is told of the gateway itself."""
    system = _Answers(system_settings.told(core.system.attributes))
    return SystemFacts(
        name=system.text("system-name"),
        uuid=node_uuid(core.home.node),
        port=port,
        note=system.text("system-location"),
        ty=system.text("system-make-and-model"),
        rp=SYSTEM.lstrip("/"),
    )


def _air(authentications: Sequence[str]) -> str:
    return next((air for keyword, air in _AIR if keyword in authentications), "none")


def paper_max(media: Sequence[str]) -> str:
    """PaperMax of the widest sheet (Bonjour Printing 1.2.1 section 9.5)."""
    widest = max((size[0] for size in map(size_in_name, media) if size), default=0)
    return next(name for width, name in _PAPER_MAX if widest >= width)


class _Answers:
    """The attributes of a queue by name."""

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        self._attributes = attributes

    def texts(self, name: str) -> tuple[str, ...]:
        attribute = self._attributes.get(name)
        return attribute.strings if attribute else ()

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    def numbers(self, name: str) -> tuple[int, ...]:
        attribute = self._attributes.get(name)
        return attribute.ints if attribute else ()

    def truth(self, name: str) -> bool:
        attribute = self._attributes.get(name)
        return bool(attribute and attribute.first_bool)


def _told(queue: Queue, house: House, door: Door) -> _Answers:
    description, template = told(queue, house, door)
    return _Answers({**description, **template})
