"""A queue: the virtual IPP Printer that people print to, what it offers, and how it treats its jobs."""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Self

from ipp.enums import Finishings
from jobs.errors import BadQueue
from pdl.banner import PLACES
from pdl.stamp import CORNERS
from pdl.to_pdf import convertible

DAY: Final = 86_400
MAX_COPIES: Final = 999
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

ANY_FORMAT: Final = "application/octet-stream"
"""As a declared format: the gateway looks for itself. As a found one: nobody knows what it is."""

BEST_FORMATS: Final = (
    "application/pdf",
    "image/pwg-raster",
    "image/urf",
    "image/jpeg",
    "image/png",
    "text/plain",
    "application/postscript",
)
"""The order in which a queue names the formats it takes; what is not among them follows by name."""

STAMPS: Final = ("off", *CORNERS)
"""Where on each page a stamp may stand."""

STAMP_FIELDS: Final = ("user", "name", "date", "time", "device", "job", "title")
"""What may stand in braces in the text of a stamp."""

OFFER_RULES: Final = ("union", "intersection")
"""How a queue's offer is worked out from its devices."""

BANNERS: Final = ("none", *PLACES)
"""Where a banner page may come."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_LONGEST_STAMP = 200


class Kind(StrEnum):
    """What becomes of an accepted job."""

    FOLLOW_ME = "follow-me"  # held; released at any device of the pool
    SECURE = "secure"  # held; released at its one device
    DIRECT = "direct"  # printed at once, still ruled and counted


@dataclass(frozen=True, slots=True)
class Offer:
    """What the devices behind a queue can do together, as the queue tells its clients (PWG keywords)."""

    color: bool = True
    sides: tuple[str, ...] = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")
    media: tuple[str, ...] = ("iso_a4_210x297mm", "na_letter_8.5x11in", "iso_a5_148x210mm", "iso_a3_297x420mm")
    media_default: str = "iso_a4_210x297mm"
    media_types: tuple[str, ...] = ("auto", "stationery")
    media_sources: tuple[str, ...] = ("auto",)
    resolutions: tuple[int, ...] = (300, 600)
    output_bins: tuple[str, ...] = ("face-down",)
    copies: int = MAX_COPIES
    languages: tuple[str, ...] = ()
    """Printer languages without a renderer (PCL, PCL XL, ESC/P) that a device takes as they are."""
    finishings: tuple[int, ...] = ()
    """What is done with the sheets beside none: stapling, punching, folding (enum of PWG 5100.1)."""
    rendering_intents: tuple[str, ...] = ("auto",)
    content_optimize: tuple[str, ...] = ("auto",)
    borderless: bool = False
    """Whether a device prints to the edges of the sheet."""
    media_ready: tuple[str, ...] = ()
    """What lies in the devices' trays; empty where none says."""
    pages_per_minute: int = 0
    """Of the fastest device; 0 where none says."""
    pages_per_minute_color: int = 0

    @property
    def templates(self) -> dict[int, str]:
        """finishing-template of each finishing (PWG 5100.1 table 7)."""
        return {number: Finishings(number).keyword for number in self.finishings}

    def to_json(self) -> str:
        """Write the offer for its row."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> Self:
        """Read the offer of a row; names that this version does not know are left out."""
        known: dict[str, Any] = {}
        for name, value in (json.loads(text) if text else {}).items():
            if name in cls.__dataclass_fields__:
                known[name] = tuple(value) if isinstance(value, list) else value
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue. Durations are seconds; an empty pool of a follow-me queue means every device."""

    id: str
    name: str
    kind: Kind
    info: str = ""
    location: str = ""
    devices: tuple[str, ...] = ()
    default_device: str | None = None
    trusted_networks: tuple[str, ...] = ()
    accept_unowned: bool = False
    release_after: int | None = None
    retention: int = DAY
    retain_for: int = 0
    max_bytes: int = 4 << 30
    accepting: bool = True
    refuse_mismatch: bool = False
    """Whether a document is refused that is not of the format its sender declared; else its content decides."""
    stamp: str = "off"
    """Where each page carries who printed it; one of STAMPS."""
    stamp_text: str = "{user} {date} {device} {job}"
    stamp_qr: bool = False
    """Whether the stamp has the job's number as a QR code."""
    require_stamp: bool = False
    """Whether what cannot be stamped is refused; else it is printed without."""
    banner: str = "none"
    """Where a page comes that says whose the sheets are; one of BANNERS."""
    paused: bool = False
    """Pause-Printer: jobs are taken, and none is begun."""
    holding_new: bool = False
    """Hold-New-Jobs: what comes is held until Release-Held-New-Jobs."""
    deactivated: bool = False
    """Deactivate-Printer: nothing is taken and nothing begun, until Activate-Printer."""
    shut_down: bool = False
    """Shutdown-Printer: as deactivated, until Startup-Printer or Restart-Printer."""
    operator_message: str = ""
    """printer-message-from-operator."""
    operator_message_at: int = 0
    state_changed_at: int = 0
    operator_networks: tuple[str, ...] = ()
    """Networks whose people are taken for operators without a password."""
    tokens_over_plain: bool = False
    """Whether personal printer addresses count without TLS."""
    offer_rule: str = "union"
    """What of its devices a queue offers: what one of them can do, or what all can; one of OFFER_RULES."""
    set_attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Printer attributes that Set-Printer-Attributes changed: the encoded attribute in hexadecimal, by name."""
    offer: Offer = field(default_factory=Offer)
    changed_at: int = 0
    number: int = 0
    """printer-id, from 1 to 65535: given when the queue is added."""
    resources: tuple[int, ...] = ()
    """Numbers of the System's resources that it was given."""

    @property
    def holds(self) -> bool:
        """Whether an accepted job waits for its owner."""
        return self.kind is not Kind.DIRECT

    @property
    def stopped(self) -> bool:
        """Whether no job of it is begun."""
        return self.paused or self.out_of_service

    @property
    def out_of_service(self) -> bool:
        """Whether it takes nothing but questions (RFC 3998 sections 3.4.1 and 3.5.2)."""
        return self.deactivated or self.shut_down

    @property
    def needs_password(self) -> bool:
        """Whether people prove who they are, so that the queue is offered over TLS only."""
        return not self.trusted_networks and not self.accept_unowned

    @property
    def shown(self) -> str:
        """The name to show to people."""
        return self.info or self.name

    @property
    def formats(self) -> tuple[str, ...]:
        """MIME types of the documents it takes, the best first: what can be rendered, or passed on to a device."""
        return _formats(() if self.must_stamp else self.offer.languages)

    @property
    def must_stamp(self) -> bool:
        """Whether nothing is printed without its stamp."""
        return self.require_stamp and self.stamp != "off"

    def operated_from(self, address: str) -> bool:
        """Whether who asks from this address is an operator, without a password."""
        return lies_in(address, self.operator_networks)

    def trusts(self, address: str) -> bool:
        """Whether what a client at this address says of its user is believed."""
        return lies_in(address, self.trusted_networks)

    def target(self, known: tuple[str, ...]) -> str | None:
        """The device a job goes to when nobody names one: the default, or the only one of the pool."""
        if self.default_device:
            return self.default_device
        pool = self.pool(known)
        return pool[0] if len(pool) == 1 else None

    def pool(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of the devices that may print this queue's jobs, of those that are `known`."""
        if self.devices or self.kind is not Kind.FOLLOW_ME:
            return tuple(device for device in self.devices if device in known)
        return known


@lru_cache(maxsize=64)
def _formats(languages: tuple[str, ...]) -> tuple[str, ...]:
    rendered = convertible()
    best = (mime for mime in BEST_FORMATS if mime in rendered)
    return (*best, *sorted(rendered - frozenset(BEST_FORMATS)), *languages, ANY_FORMAT)


def lies_in(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is of one of the networks."""
    return bool(networks) and _lies_in(address, networks)


@lru_cache(maxsize=4096)
def _lies_in(address: str, networks: tuple[str, ...]) -> bool:
    """Asked for each request, and dear to find out; the same clients come again and again."""
    try:
        peer = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    parsed = (ipaddress.ip_network(text) for text in networks)
    return any(peer.version == network.version and peer in network for network in parsed)


def checked(queue: Queue) -> Queue:
    """Return the queue with its settings in normal form, or raise BadQueue saying which cannot be."""
    if not _NAME.fullmatch(queue.name):
        raise BadQueue("A queue's name has 1 to 63 letters, digits, dots, dashes or underscores.")
    networks, operators = _networks(queue.trusted_networks), _networks(queue.operator_networks)
    if queue.offer_rule not in OFFER_RULES:
        raise BadQueue(f"An offer rule is one of: {', '.join(OFFER_RULES)}.")
    if queue.kind is not Kind.FOLLOW_ME and len(queue.devices) != 1:
        raise BadQueue(f"A {queue.kind.value} queue has exactly one device. Name it with --device.")
    if queue.default_device and queue.devices and queue.default_device not in queue.devices:
        raise BadQueue("The default device must be one of the queue's devices.")
    for label, value, most in (
        ("release-after", queue.release_after, 7 * DAY),
        ("retention", queue.retention, 366 * DAY),
        ("retain-for", queue.retain_for, 366 * DAY),
    ):
        if value is not None and not 0 <= value <= most:
            raise BadQueue(f"{label} lies between 0 and {most} seconds.")
    if queue.retention < 1:
        raise BadQueue("retention is at least 1 second.")
    return replace(
        _marked(queue),
        trusted_networks=networks,
        operator_networks=operators,
        operator_message=queue.operator_message.strip()[:127],
        info=queue.info.strip()[:127],
        location=queue.location.strip()[:127],
    )


def _networks(written: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(text, strict=False)) for text in written)
    except ValueError as error:
        raise BadQueue(f"{error}. A network is written like 192.0.2.0/24 or 2001:db8::/32.") from None


def _marked(queue: Queue) -> Queue:
    """Return the queue if its stamp and banner page can be made. Raises BadQueue."""
    if queue.stamp not in STAMPS:
        raise BadQueue(f"A stamp stands at one of: {', '.join(STAMPS)}.")
    if queue.banner not in BANNERS:
        raise BadQueue(f"A banner page is one of: {', '.join(BANNERS)}.")
    text = " ".join(queue.stamp_text.split())
    wrong = [name for name in _BRACES.findall(text) if name not in STAMP_FIELDS]
    if wrong or len(text) > _LONGEST_STAMP:
        known = ", ".join(f"{{{name}}}" for name in STAMP_FIELDS)
        raise BadQueue(f"The text of a stamp has at most {_LONGEST_STAMP} characters; it may name {known}.")
    if queue.stamp != "off" and not (text or queue.stamp_qr):
        raise BadQueue("A stamp has a text, or a QR code, or both.")
    return replace(queue, stamp_text=text)
