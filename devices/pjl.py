"""PJL around a document, and what a device answers in PJL (HP Printer Job Language Technical Reference). No I/O."""

import re
from dataclasses import dataclass

from devices.device import DeviceState
from devices.outgoing import Outgoing

UEL = b"\x1b%-12345X"
"""Universal Exit Language: ends whatever language the device is in."""

PJL = "application/vnd.hp-PJL"
"""A document that comes with PJL around it."""

_LANGUAGES = {
    "application/pdf": "PDF",
    "application/postscript": "POSTSCRIPT",
    "application/vnd.hp-pcl": "PCL",
    "application/vnd.hp-pclxl": "PCLXL",
    "application/pclm": "PCLM",
    "image/urf": "URF",
}
"""ENTER LANGUAGE for each format; a device is left to find out others by itself."""

_MESSAGE_LIMIT = 4096


@dataclass(frozen=True)
class Reply:
    """One message from the device: its first line without "@PJL", the lines that stand alone, and the variables."""

    subject: str
    words: tuple[str, ...]
    values: dict[str, str]

    def number(self, name: str) -> int | None:
        """Read a variable as a count; None when it is none."""
        text = self.values.get(name, "")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def safe(text: str, limit: int = 80) -> str:
    """Make a PJL string: printable ASCII without quotes, so that no name can end the string or begin a command."""
    return "".join(c if " " <= c <= "~" and c != '"' else "_" for c in text[:limit])


def head(outgoing: Outgoing, *, status: bool) -> bytes:
    """Write what stands before the document; `status` asks the device to report the job's start and end, and pages."""
    if outgoing.format == PJL:
        # It brings its own job: a second one around it would end with the first of its UELs.
        return UEL + b"@PJL\r\n@PJL USTATUS JOB=ON\r\n@PJL USTATUS PAGE=ON\r\n" if status else b""
    binding = {"two-sided-long-edge": "LONGEDGE", "two-sided-short-edge": "SHORTEDGE"}.get(outgoing.sides)
    language = _LANGUAGES.get(outgoing.format.lower())
    lines = [
        *(("USTATUS JOB=ON", "USTATUS PAGE=ON") if status else ()),
        f'JOB NAME="{safe(outgoing.job_name)}"',
        f'SET JOBNAME="{safe(outgoing.job_name)}"',
        f'SET USERNAME="{safe(outgoing.user_name)}"',
        # QTY repeats the whole document, COPIES each page: with both left over from another job they would multiply.
        "SET COPIES=1",
        f"SET QTY={max(outgoing.copies, 1)}",
        f"SET DUPLEX={'ON' if binding else 'OFF'}",
        *((f"SET BINDING={binding}",) if binding else ()),
        f"SET RENDERMODE={'COLOR' if outgoing.color else 'GRAYSCALE'}",
        *((f"ENTER LANGUAGE={language}",) if language else ()),
    ]
    # The command after UEL must follow at once, without a line end between (PJL reference, chapter 3).
    return UEL + b"@PJL\r\n" + b"".join(b"@PJL " + line.encode("ascii") + b"\r\n" for line in lines)


def tail(outgoing: Outgoing) -> bytes:
    """Write what stands after the document."""
    if outgoing.format == PJL:
        return UEL
    return UEL + b'@PJL EOJ NAME="' + safe(outgoing.job_name).encode("ascii") + b'"\r\n' + UEL


def question(*subjects: str) -> bytes:
    """Ask with INFO: STATUS, PAGECOUNT, ID."""
    lines = "".join(f"@PJL INFO {subject}\r\n" for subject in subjects)
    return UEL + b"@PJL\r\n" + lines.encode("ascii") + UEL


class ReplyReader:
    """Cuts what a device sends into messages: each ends with a form feed. Overlong ones are dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Reply]:
        """Take more bytes and return the messages that are complete."""
        *whole, rest = (self._rest + data).split(b"\x0c")
        self._rest = rest[-_MESSAGE_LIMIT:]
        parsed = (_reply(message) for message in whole if len(message) <= _MESSAGE_LIMIT)
        return [reply for reply in parsed if reply is not None]


def _reply(message: bytes) -> Reply | None:
    lines = [line.strip() for line in message.decode("latin-1").splitlines() if line.strip()]
    if not lines or not lines[0].upper().startswith("@PJL"):
        return None
    values, words = {}, []
    for line in lines[1:]:
        name, equals, value = line.partition("=")
        if equals:
            values[name.strip().upper()] = value.strip().strip('"')
        else:
            words.append(line.upper())
    subject = " ".join(lines[0][4:].upper().split())
    return Reply(subject, tuple(words), values)


def page_count(reply: Reply) -> int | None:
    """Read the device's page counter from an answer to INFO PAGECOUNT."""
    if reply.subject != "INFO PAGECOUNT":
        return None
    # Some devices answer PAGECOUNT=n, others the bare number.
    bare = next((int(word) for word in reply.words if re.fullmatch(r"[0-9]{1,9}", word)), None)
    return bare if (named := reply.number("PAGECOUNT")) is None else named


def is_online(status: Reply) -> bool:
    """Say whether a device that answered INFO STATUS takes jobs; one that does not say it does."""
    return status.values.get("ONLINE", "TRUE").upper() != "FALSE"


def device_state(status: Reply | None) -> DeviceState:
    """Turn an answer to INFO STATUS into a state and printer-state-reasons (PJL reference, appendix D)."""
    if status is None:
        return DeviceState("unknown", message="The device takes connections but says nothing about itself.")
    code = status.number("CODE") or 10001
    display = "".join(c for c in status.values.get("DISPLAY", "") if c.isprintable())[:100]
    reason = next((word for group, word in _REASONS if code in group), None)
    reasons = (reason,) if reason else ()
    if not is_online(status) or code >= 40000:
        return DeviceState("stopped", reasons or ("paused",), display)
    return DeviceState("processing" if code in _PROCESSING else "idle", reasons, display)


_PROCESSING = frozenset((10007, 10023, 10024))

_REASONS = (
    (range(40021, 40022), "cover-open"),
    (range(40010, 40011), "toner-empty"),
    (range(10006, 10007), "toner-low"),
    (range(40038, 40039), "toner-low"),
    (range(41000, 42000), "media-needed"),
    (range(42000, 43000), "media-jam"),
    (range(44000, 45000), "media-jam"),
    (range(40000, 60000), "other-error"),
)
"""Status codes and what they are in IPP; the first that fits."""
