"""Requests that are nearly right: every operation's, changed field by field, octet by octet, and in how they are sent.

All of it comes from one random.Random, so that a seed says what was sent.
"""

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ipp import build
from ipp.codec import encode, encode_attribute
from ipp.enums import GroupTag, Operation, Tag
from ipp.message import Message
from ipp.values import Attribute, Range, Resolution

NEVER = frozenset({Operation.RESTART_SYSTEM, Operation.SHUTDOWN_ALL_PRINTERS})
"""Operations that would end what is watched."""
OPERATIONS = [*sorted({int(code) for code in Operation} - {int(code) for code in NEVER}), 0, 1, 0x3FFF, 0x7FFF]

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
DOCUMENTS = (
    b"",
    PDF,
    PDF,
    PDF[:40],
    b"%!PS\nshowpage\n",
    b"UNIRAST\0\0\0\0\1",
    b"RaS2" + bytes(2000),
    bytes(5000),
    b"hello\n",
)

_OPERATION = [
    build.keyword("requested-attributes", "all"),
    build.keyword(
        "requested-attributes", "media-col-database", "job-template", "printer-description", "none", "nonsense"
    ),
    build.boolean("last-document", True),
    build.mime("document-format", "application/pdf"),
    build.mime("document-format", "application/octet-stream"),
    build.keyword("compression", "gzip"),
    build.keyword("compression", "deflate"),
    build.keyword("which-jobs", "completed"),
    build.keyword("which-jobs", "all"),
    build.boolean("my-jobs", True),
    build.integer("limit", 3),
    build.integer("first-job-id", 1),
    build.integer("job-ids", 1, 2, 3),
    build.integer("job-id", 1),
    build.integer("document-number", 1),
    build.name("job-name", "A name"),
    build.text("message", "Hello"),
    build.boolean("ipp-attribute-fidelity", True),
    build.integer("notify-subscription-id", 1),
    build.integer("notify-subscription-ids", 1, 2),
    build.integer("notify-sequence-numbers", 1),
    build.boolean("notify-wait", False),
    build.integer("notify-job-id", 1),
    build.uri("document-uri", "http://127.0.0.1:1/x.pdf"),
    build.octets("job-password", b"1234"),
    build.keyword("job-password-encryption", "none"),
    build.keyword("identify-actions", "display"),
    build.integer("printer-id", 1),
    build.name("printer-name", "rough"),
    build.keyword("printer-service-type", "print"),
    build.keyword("job-hold-until", "indefinite"),
    build.keyword("profile-uri-actual", "x"),
]
_TEMPLATE = [
    build.integer("copies", 2),
    build.keyword("sides", "two-sided-long-edge"),
    build.keyword("media", "iso_a4_210x297mm"),
    build.range_("page-ranges", Range(1, 2)),
    build.resolution("printer-resolution", Resolution(600, 600)),
    build.enum("print-quality", 4),
    build.enum("orientation-requested", 3),
    build.enum("finishings", 3),
    build.integer("number-up", 2),
    build.integer("job-priority", 50),
    build.name("job-account-id", "1"),
    build.keyword("job-sheets", "none"),
    build.keyword("print-color-mode", "monochrome"),
    build.keyword("job-hold-until", "no-hold"),
    build.collection(
        "media-col",
        [build.collection("media-size", [build.integer("x-dimension", 21000), build.integer("y-dimension", 29700)])],
    ),
    build.collection("overrides", [build.range_("pages", Range(1, 1)), build.range_("document-numbers", Range(1, 1))]),
    build.keyword("notify-events", "job-completed", "printer-state-changed"),
    build.keyword("notify-pull-method", "ippget"),
    build.integer("notify-lease-duration", 60),
    build.octets("notify-user-data", b"x"),
    build.text("printer-info", "Rough"),
    build.text("printer-location", "Here"),
    build.no_value("printer-geo-location"),
]
_GROUPS = [GroupTag.OPERATION, GroupTag.JOB, GroupTag.PRINTER, GroupTag.UNSUPPORTED, GroupTag.SUBSCRIPTION,
           GroupTag.EVENT_NOTIFICATION, GroupTag.RESOURCE, GroupTag.DOCUMENT, GroupTag.SYSTEM, 0x0B, 0x0F]  # fmt: skip
_OFTEN = (Operation.PRINT_JOB, Operation.PRINT_JOB, Operation.CREATE_JOB, Operation.SEND_DOCUMENT, Operation.CLOSE_JOB,
          Operation.CANCEL_JOB, Operation.RELEASE_JOB, Operation.RESTART_JOB, Operation.GET_JOBS)  # fmt: skip
_TAKES_DOCUMENT = (b"\0\2", b"\0\6")
_JOB_OPERATIONS = frozenset(
    (6, 7, 8, 9, 0x0C, 0x0D, 0x0E, 0x14, 0x17, 0x2C, 0x2F, 0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37, 0x3A, 0x3B, 0x400D,
     0x400E, 0x4027)
)  # fmt: skip
_USUAL = ((), (), (2,), (2,), (2,), (2, 6), (6,), (4,), (9,), (2, 9))
_NUMBERS = (0, 1, -1, 2, 255, 65535, 0x7FFFFFFF, -0x80000000)
_STRINGS = (b"", b"\0", b"x" * 63, b"x" * 256, b"x" * 1024, b"x" * 0x7FFF, b"\xff\xfe", "été".encode(), b"%00%n\r\n",
            b"../../etc/passwd", b"ipp://[::1", b"'; --", b"none", b"all", b"no-hold")  # fmt: skip
_ENDS = (Tag.INTEGER, Tag.BOOLEAN, Tag.ENUM, Tag.OCTET_STRING, Tag.DATE_TIME, Tag.RESOLUTION, Tag.RANGE_OF_INTEGER,
         Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE, Tag.TEXT, Tag.NAME, Tag.KEYWORD, Tag.URI, Tag.URI_SCHEME,
         Tag.CHARSET, Tag.NATURAL_LANGUAGE, Tag.MIME_MEDIA_TYPE, Tag.UNSUPPORTED, Tag.UNKNOWN, Tag.NO_VALUE,
         Tag.BEG_COLLECTION, Tag.END_COLLECTION, Tag.MEMBER_ATTR_NAME, 0x1F, 0x7F, 0xFF)  # fmt: skip


_NUMERALS = [(number & 0xFFFFFFFF).to_bytes(4, "big") for number in _NUMBERS]
_WORDS = [
    b"none",
    b"all",
    b"no-hold",
    b"indefinite",
    b"auto",
    b"x" * 255,
    b"",
    b"iso_a4_210x297mm",
    b"gzip",
    b"\xc3\xa9",
]
_OF_SYNTAX: dict[int, Sequence[bytes]] = {
    Tag.INTEGER: _NUMERALS,
    Tag.ENUM: _NUMERALS,
    Tag.BOOLEAN: (b"\0", b"\1"),
    Tag.RANGE_OF_INTEGER: [low + high for low in _NUMERALS for high in _NUMERALS],
    Tag.RESOLUTION: [
        across + down + unit for across in _NUMERALS for down in _NUMERALS for unit in (b"\3", b"\4", b"\0")
    ],
    Tag.OCTET_STRING: _STRINGS,
    Tag.TEXT: _STRINGS,
    Tag.NAME: _STRINGS,
    Tag.KEYWORD: _WORDS,
    Tag.URI: (
        b"ipp://localhost/ipp/print",
        b"http://[::1",
        b"urn:uuid:x",
        b"file:///etc/passwd",
        b"mailto:a@b",
        b"x" * 1023,
    ),
    Tag.MIME_MEDIA_TYPE: (b"application/pdf", b"image/urf", b"text/plain; charset=utf-8", b"application/x", b"/"),
    Tag.NATURAL_LANGUAGE: (b"fr", b"en-us", b"x" * 63, b""),
}


class Field(NamedTuple):
    """One field of a message on the wire: a group's tag alone, or a tag with a name and a value."""

    tag: int
    name: bytes | None = None
    value: bytes = b""

    def octets(self) -> bytes:
        """Write it, well-formed or not."""
        if self.name is None:
            return bytes((self.tag,))
        lengths = [len(part).to_bytes(2, "big") for part in (self.name, self.value)]
        return bytes((self.tag,)) + lengths[0] + self.name + lengths[1] + self.value


def fields_of(octets: bytes) -> list[Field]:
    """Take a well-formed part of a message apart."""
    found, at = [], 0
    while at < len(octets):
        tag, at = octets[at], at + 1
        if tag < 0x10:
            found.append(Field(tag))
            continue
        parts = []
        for _ in range(2):
            length = int.from_bytes(octets[at : at + 2], "big")
            parts.append(octets[at + 2 : at + 2 + length])
            at += 2 + length
        found.append(Field(tag, parts[0], parts[1]))
    return found


@dataclass
class Rough:
    """Makes requests to one gateway."""

    chance: random.Random
    authority: str
    queues: Sequence[str]
    credentials: str = ""
    """An administrator's, for Authorization."""
    learned: list[Attribute] = field(default_factory=list)
    """Attributes that the gateway itself has told of: names and values that mean something to it."""

    @property
    def known(self) -> list[int]:
        """Operations that the gateway says it has."""
        told = next((one for one in self.learned if one.name == "operations-supported"), None)
        return [] if told is None else [code for code in told.ints if code not in NEVER]

    def body(self) -> bytes:
        """Make a whole body: a request, right or not, with a document behind it or not."""
        made = self.message()
        likely = 0.8 if made[2:4] in _TAKES_DOCUMENT else 0.2
        document = self.chance.choice(DOCUMENTS) if self.chance.random() < likely else b""
        if b"compression" in made and self.chance.random() < 0.7:
            packer = zlib.compressobj(wbits=self.chance.choice((31, -15)))
            document = packer.compress(document) + packer.flush()
        return self.bent(made) + document

    def message(self) -> bytes:
        """Make a message whose fields are right or wrong, each well-formed."""
        chance = self.chance
        codes = chance.choices((_OFTEN, self.known or OPERATIONS, OPERATIONS), (4, 5, 1))[0]
        code = int(chance.choice(codes))
        header = Message(chance.choice(((2, 0), (1, 1), (2, 2), (1, 0))), code, chance.randrange(1, 99))
        first = self._beginning(about_job=code in _JOB_OPERATIONS)
        parts = self._group(GroupTag.OPERATION, first, _OPERATION, 4)
        groups = [chance.choice(_GROUPS) for _ in range(3)] if chance.random() < 0.05 else chance.choice(_USUAL)
        for tag in groups:
            parts += self._group(tag, [], _TEMPLATE, 4)
        for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
            self._vary(parts)
        if chance.random() < 0.25:
            self._change(parts)
        octets = encode(header)[:-1] + b"".join(part.octets() for part in parts)
        return octets if chance.random() < 0.02 else octets + b"\x03"

    def _beginning(self, *, about_job: bool) -> list[Attribute]:
        chance = self.chance
        queue = chance.choice(self.queues)
        number = build.integer("job-id", chance.randrange(1, 80))
        paths = [f"/ipp/print/{queue}"] * 8 + ["/ipp/print", "/ipp/system", "/", f"/printers/{queue}", "/nothing"]
        target = build.uri("printer-uri", f"ipp://{self.authority}{chance.choice(paths)}")
        if about_job and chance.random() < 0.3:
            place = chance.choice((f"/ipp/print/{queue}", "/jobs", f"/printers/{queue}"))
            target = build.uri("job-uri", f"ipp://{self.authority}{place}/{number.first}")
        elif chance.random() < 0.1:
            target = build.uri("system-uri", f"ipp://{self.authority}/ipp/system")
        found = [
            build.charset("attributes-charset", "utf-8"),
            build.language("attributes-natural-language", "en"),
            target,
        ]
        if target.name == "printer-uri" and (about_job or chance.random() < 0.05):
            found.append(number)
        return [*found, build.name("requesting-user-name", chance.choice(("carol", "dave", "root")))]

    def _group(self, tag: int, first: Sequence[Attribute], pool: Sequence[Attribute], most: int) -> list[Field]:
        """Make a group: no attribute twice, so that what is in it is looked at."""
        chance = self.chance
        chosen = [*first, *chance.sample(pool, chance.randrange(most + 1))]
        if self.learned and chance.random() < 0.3:
            for attribute in chance.sample(self.learned, min(2, len(self.learned))):
                name = attribute.name
                for end in ("-default", "-supported", "-ready"):
                    name = name.removesuffix(end)
                values = attribute.values[: chance.choice((1, 1, 1, 4))]
                chosen.append(Attribute(chance.choice((name, name, attribute.name)), values))
        alone = {attribute.name: attribute for attribute in reversed(chosen)}
        return fields_of(bytes((tag,)) + b"".join(map(encode_attribute, reversed(alone.values()))))

    def _vary(self, parts: list[Field]) -> None:
        """Give an attribute behind the target another value of its own syntax, or one more."""
        chance = self.chance
        places = [at for at, one in enumerate(parts) if at > 3 and one.name and one.tag in _OF_SYNTAX]
        if places:
            at = chance.choice(places)
            one = parts[at]
            value = chance.choice(_OF_SYNTAX[one.tag])
            if chance.random() < 0.6:
                parts[at] = one._replace(value=value)
            else:
                parts.insert(at + 1, Field(one.tag, b"", value))

    def _change(self, parts: list[Field]) -> None:
        """Change one field, or where it stands."""
        chance = self.chance
        at = chance.randrange(len(parts))
        one = parts[at]
        changes: list[Callable[[], object]] = [
            lambda: parts.pop(at) if len(parts) > 1 else None,
            lambda: parts.insert(chance.randrange(len(parts) + 1), one),
            lambda: parts.insert(at, parts.pop(chance.randrange(len(parts)))),
            lambda: parts.__setitem__(slice(at, at), [one] * chance.choice((2, 100, 1500))),
            lambda: parts.__setitem__(at, one._replace(tag=chance.choice(_ENDS))),
            lambda: parts.__setitem__(at, one._replace(name=chance.choice((b"", b"x", b"\xff", b"x" * 300, b"\0")))),
            lambda: parts.__setitem__(at, one._replace(value=self._value())),
            lambda: parts.__setitem__(at, one._replace(value=one.value[: chance.randrange(len(one.value) + 1)])),
            lambda: parts.insert(at, Field(chance.choice(_GROUPS))),
            lambda: parts.__setitem__(slice(at, at), self._nest(chance.choice((1, 3, 40)))),
        ]
        chance.choice(changes)()

    def _value(self) -> bytes:
        chance = self.chance
        kinds: list[Callable[[], bytes]] = [
            lambda: (chance.choice(_NUMBERS) & 0xFFFFFFFF).to_bytes(4, "big"),
            lambda: b"".join((chance.choice(_NUMBERS) & 0xFFFFFFFF).to_bytes(4, "big") for _ in range(2)) + b"\3",
            lambda: chance.choice(_STRINGS),
            lambda: chance.randbytes(chance.choice((1, 2, 4, 8, 9, 11, 200))),
        ]
        return chance.choice(kinds)()

    def _nest(self, depth: int) -> list[Field]:
        opened = [Field(Tag.BEG_COLLECTION, b"media-col")]
        for _ in range(depth - 1):
            opened += [Field(Tag.MEMBER_ATTR_NAME, b"", b"x"), Field(Tag.BEG_COLLECTION, b"")]
        closed = [Field(Tag.END_COLLECTION, b"")] * self.chance.choice((depth, depth, depth - 1, depth + 1))
        return opened + closed

    def bent(self, octets: bytes) -> bytes:
        """Change octets, now and then: bits, stretches left out, doubled, or made of chance."""
        chance, made = self.chance, bytearray(octets)
        if chance.random() < 0.8:
            return octets
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(made) + 1)
            length = min(len(made) - at, chance.choice((1, 1, 2, 4, 16)))
            kind = chance.randrange(4)
            if kind == 0 and at < len(made):
                made[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                del made[at : at + length]
            elif kind == 2:
                made[at:at] = made[at : at + length]
            else:
                made[at : at + length] = chance.randbytes(length)
        return bytes(made)

    # What goes around it.

    def head(self, length: int | None, *, also: Sequence[str] = ()) -> bytes:
        """Make the head of a POST; without a length, of one in chunks."""
        if self.credentials and self.chance.random() < 0.5:
            also = [*also, f"Authorization: {self.credentials}"]
        measure = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = ["POST /ipp/print HTTP/1.1", f"Host: {self.authority}", "Content-Type: application/ipp", measure, *also]
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def chunks(self, octets: bytes) -> bytes:
        """Write octets in chunks of any size."""
        made, at = [], 0
        while at < len(octets):
            size = self.chance.choice((1, 7, 100, 4000, 70_000))
            piece = octets[at : at + size]
            made.append(b"%x\r\n%s\r\n" % (len(piece), piece))
            at += size
        return b"".join(made) + b"0\r\n\r\n"

    def nonsense(self) -> bytes:
        """Write what is hardly HTTP."""
        chance = self.chance
        if chance.random() < 0.2:
            return chance.randbytes(chance.choice((1, 20, 3000)))
        line = " ".join(map(chance.choice, (_METHODS, _TARGETS, _VERSIONS)))
        lines = [line, *chance.choices(_LINES, k=chance.randrange(8))]
        octets = bytearray("\r\n".join([*lines, "", ""]).encode("latin-1") + self.message())
        for _ in range(chance.choice((0, 0, 1, 3))):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        return bytes(octets)


_METHODS = ("POST", "POST", "GET", "OPTIONS", "HEAD", "PUT", "CONNECT", "BREW", "")
_TARGETS = ("/ipp/print", "/ipp/print", "*", "/", "http://x/ipp/print", "/help", "/%00", "//", "x" * 9000, "[")
_VERSIONS = ("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "X", "")
_LINES = (
    "Host: 127.0.0.1", "Host: 127.0.0.1", "Host: [::1]:631", "Host: a b", "Host: x:99999", "Host: \xff", "Host:",
    "Content-Type: application/ipp", "Content-Type: application/ipp", "Content-Type: multipart/form-data; boundary=x",
    "Content-Length: 100", "Content-Length: -1", "Content-Length: 9999999999999999999999", "Content-Length: 0",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Content-Encoding: gzip", "Expect: 100-continue",
    "Expect: x", "Connection: close", "Connection: Upgrade", "Upgrade: TLS/1.2", "Upgrade: websocket", "Upgrade: h2c",
    "Authorization: Basic eDp5", "Authorization: Negotiate x", "Authorization: \xff", "Cookie: printgate=x; \xff",
    "Accept-Language: \xff;q=x", "Range: bytes=-1", "X: " + "y" * 9000, " folded", "nonsense", "X:\0", "\xff: \xff",
)  # fmt: skip
