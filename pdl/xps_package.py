"""The package an XPS document is: parts by name, their relationships, their XML (ECMA-376-2, ECMA-388 clause 9).

Names are compared without regard to case, may come percent-encoded, and a part may lie in pieces among others.
"""

import re
import xml.parsers.expat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from pdl.errors import DocumentRejected, LimitReached
from pdl.source import Source
from pdl.zip_read import Archive, Member, damaged

LONGEST_PART = 256 * 1024 * 1024
DEEPEST = 2000

Attributes = dict[str, str]

# ECMA-376-2, 9.1.3.2: "/page.fpage/[0].piece", "/page.fpage/[1].last.piece".
_PIECE = re.compile(r"(.+)/\[(\d{1,9})\](\.last)?\.piece")
_UNREADABLE = "The XPS document is damaged: {} cannot be read. Print it again from the application."


def _ignore(_: str) -> None:
    """Take what nobody asked for."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """What to call for the beginning and end of each element, and for text; tags are "namespace local-name".

    Not `qualified`, tags are as written ("psf:Feature"), and declarations of namespaces are attributes.
    """

    start: Callable[[str, Attributes], None]
    end: Callable[[str], None] = _ignore
    text: Callable[[str], None] | None = None
    qualified: bool = True


class Package:
    """The parts of an XPS document; DocumentRejected when it is no readable ZIP file."""

    def __init__(self, source: Source) -> None:
        self._archive = Archive(source)
        found: dict[str, list[tuple[int, Member]]] = {}
        for member in self._archive.members:
            name = canonical(member.name)
            piece = _PIECE.fullmatch(name)
            found.setdefault(piece[1] if piece else name, []).append((int(piece[2]) if piece else 0, member))
        self._parts = found

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> Iterator[bytes]:
        """Unpack the part `name`, a piece at a time; DocumentRejected when it is missing or damaged."""
        if name not in self._parts:
            raise DocumentRejected(f"The XPS document is damaged: its part {name[:200]} is missing.")
        members = sorted(self._parts[name], key=lambda row: row[0])
        # Of two members of one name the later is the document: so every writer that appends means it.
        chosen = dict(members)
        if list(chosen) != list(range(len(chosen))):
            raise damaged(f"pieces of {name[:80]} are missing")
        unpacked = 0
        for member in chosen.values():
            for piece in self._archive.pieces(member):
                unpacked += len(piece)
                if unpacked > LONGEST_PART:
                    raise LimitReached(f"A part of the document is larger than {LONGEST_PART} bytes.")
                yield piece

    def relationships(self, name: str) -> list[tuple[str, str]]:
        """List what the part `name` ("" for the package) relates to: last word of the type, name of the part."""
        folder, _, own = name.rpartition("/")
        rels = f"{folder}/_rels/{own}.rels"
        found: list[tuple[str, str]] = []

        def start(tag: str, attributes: Attributes) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                found.append((kind, resolve(name, attributes.get("Target", ""))))

        if rels in self:
            self.parse(rels, Handlers(start))
        return found

    def parse(self, name: str, handlers: Handlers) -> None:
        """Parse the XML of the part `name`.

        DocumentRejected when it is damaged, has a DTD (ECMA-388, 9.3.1) or goes deeper than any document.
        """
        with _parser(name, handlers) as parser:
            for piece in self.read(name):
                parser.Parse(piece, False)  # expat takes no names
            parser.Parse(b"", True)

    def root(self, name: str) -> tuple[str, Attributes]:
        """Return local name and attributes of the first element of the part `name`; no more of it is read."""
        found: list[tuple[str, Attributes]] = []
        with _parser(name, Handlers(lambda tag, attributes: found.append((local(tag), attributes)))) as parser:
            for piece in self.read(name):
                # Little by little: most of a page lies behind what is looked for.
                for at in range(0, len(piece), 4096):
                    parser.Parse(piece[at : at + 4096], False)
                    if found:
                        return found[0]
            parser.Parse(b"", True)
        raise unreadable(name)


def canonical(name: str) -> str:
    """Write the name of a part so that names of the same part are equal."""
    return "/" + unquote(name.replace("\\", "/")).lower().lstrip("/")


def resolve(base: str, target: str) -> str:
    """Name the part that `target` means in the part `base` ("" or "/": the package)."""
    target = target.partition("#")[0].strip().replace("\\", "/")
    if not target.startswith("/"):
        target = base.rpartition("/")[0] + "/" + target
    steps: list[str] = []
    for step in canonical(target).split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/" + "/".join(steps)


def local(tag: str) -> str:
    """Name of an element or attribute without its namespace."""
    return tag.rpartition(" ")[2]


def unreadable(name: str) -> DocumentRejected:
    """Make the error of a part that makes no sense."""
    return DocumentRejected(_UNREADABLE.format(name[:200]))


@contextmanager
def _parser(name: str, handlers: Handlers) -> Iterator[xml.parsers.expat.XMLParserType]:
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" " if handlers.qualified else None)
    depth = 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise unreadable(name)
        handlers.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.end(tag)

    def refuse(*_: object) -> None:
        raise unreadable(name)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handlers.text
    parser.StartDoctypeDeclHandler = refuse
    try:
        yield parser
    except (xml.parsers.expat.ExpatError, ValueError, LookupError) as fault:
        raise unreadable(name) from fault
