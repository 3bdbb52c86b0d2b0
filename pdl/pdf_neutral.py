"""Pages of a PDF that certainly have no colour, told from their resources and operators without rendering.

A page is cleared only when everything it can draw is gray for sure; whatever is not understood at once is
left to the renderer (`pdl.pdf_colour`). So a wrong answer here costs a little time, never money.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from pdl.pdf import inherited

LARGEST_STREAM = 4 * 1024 * 1024
STREAMS_OF_PAGE = 64
DEEPEST = 8

# Operators that choose a colour or paint with one of their own (ISO 32000-1 table 51), as whole words.
_COLOR = re.compile(rb"(?<![A-Za-z])(rg|RG|k|K|scn?|SCN?|cs|CS|sh|BI|d1)(?![A-Za-z])")
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*)")
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_HEX_OR_DICTIONARY = re.compile(rb"<[0-9A-Fa-f\s]*>|<<|>>")
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)")
_GRAY_NAMES = {"/DeviceGray", "/G", "/CalGray"}
# The longest operands of a colour operator that are looked at: four numbers and room to spare.
_OPERANDS = 120


class NotNeutralError(Exception):
    """Something that may be colour, or is not understood: the page must be rendered."""


# What pikepdf raises over objects of another kind than they should be, too.
_NOT_UNDERSTOOD = (
    NotNeutralError, pikepdf.PdfError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
    RuntimeError, zlib.error,
)  # fmt: skip


class Neutral:
    """Looks at the pages of one document; remembers the objects that many of them share."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}
        self._streams = 0

    def clears(self, page: Any) -> bool:
        """Whether the page, its annotations left out, certainly has no colour."""
        self._streams = 0
        try:
            resources = inherited(page, "/Resources")
            self._content(b"\n".join(self._page_contents(page)), resources, 0)
        except _NOT_UNDERSTOOD:
            return False
        return True

    def clears_form(self, form: Any) -> bool:
        """Whether a form XObject certainly has no colour."""
        self._streams = 0
        try:
            self._xobject(form, 0)
        except _NOT_UNDERSTOOD:
            return False
        return True

    def _page_contents(self, page: pikepdf.Object) -> Iterator[bytes]:
        contents = page.get("/Contents")
        if contents is None:
            return
        for stream in contents if isinstance(contents, pikepdf.Array) else [contents]:
            yield self._decoded(stream)

    def _decoded(self, stream: Any) -> bytes:
        """Return a stream's data, of the two encodings whose size can be bounded."""
        self._streams += 1
        if self._streams > STREAMS_OF_PAGE or not isinstance(stream, pikepdf.Stream):
            raise NotNeutralError
        kind = stream.get("/Filter")
        if isinstance(kind, pikepdf.Array) and len(kind) == 1:
            kind = kind[0]
        if "/DecodeParms" in stream or (kind is not None and str(kind) != "/FlateDecode"):
            raise NotNeutralError
        data = stream.read_raw_bytes()
        if kind is not None and data:
            inflate = zlib.decompressobj()
            data = inflate.decompress(data, LARGEST_STREAM)
            # A damaged end is read differently by different renderers.
            if not inflate.eof:
                raise NotNeutralError
        if len(data) >= LARGEST_STREAM:
            raise NotNeutralError
        return data

    def _content(self, content: bytes, resources: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise NotNeutralError
        spaces = _entries(resources, "/ColorSpace")
        # Letters of a text may look like operators: they are cut out only where they seem to be ones of colour.
        if b"%" in content or not _operators_are_gray(content, spaces):
            content = without_strings(content)
            if b"%" in content or not _operators_are_gray(content, spaces):
                raise NotNeutralError  # a comment may stand between operands and operator
        # An escaped name (#41) may be any: then all resources count as used.
        used = {b"/" + name for name in _NAME.findall(content)}
        everything = any(b"#" in name for name in used)
        for category, check in (("/XObject", self._xobject), ("/Font", _font), ("/ExtGState", _graphics_state)):
            for name, value in _entries(resources, category).items():
                if everything or name.encode() in used:
                    check(value, depth)
        # These stand in for the device's own spaces without being named.
        for name, value in spaces.items():
            if name.startswith("/Default") and not is_gray(value):
                raise NotNeutralError

    def _xobject(self, value: Any, depth: int) -> None:
        key = value.objgen
        if key not in self._known:
            self._known[key] = False  # a form that draws itself is met again while it is looked at
            self._check_xobject(value, depth)
            self._known[key] = True
        if not self._known[key]:
            raise NotNeutralError

    def _check_xobject(self, value: Any, depth: int) -> None:
        if value.get("/Subtype") == "/Image":
            _check_image(value)
        elif value.get("/Subtype") == "/Form" and "/Resources" in value:
            self._content(self._decoded(value), value["/Resources"], depth + 1)
        else:
            raise NotNeutralError


def without_strings(content: bytes) -> bytes:
    """Cut literal strings out of a content stream, where it is certain what is one.

    Comments, inline images and odd brackets could hide where a string begins: then nothing is cut.
    """
    bare = _HEX_OR_DICTIONARY.sub(b" ", content)
    if any(mark in bare for mark in (b"%", b"<", b">", b"BI")):
        return content
    return _STRING.sub(b"()", bare)


def is_gray(space: Any) -> bool:
    """Whether a colour space has one component, gray."""
    if isinstance(space, pikepdf.Name):
        return str(space) in _GRAY_NAMES
    if not isinstance(space, pikepdf.Array) or not len(space):
        return False
    family = str(space[0])
    if family == "/ICCBased":
        return bool(space[1].get("/N") == 1)
    if family in {"/Indexed", "/I"}:
        return isinstance(space[1], pikepdf.Name) and str(space[1]) in _GRAY_NAMES
    return family in _GRAY_NAMES


def _entries(resources: Any, category: str) -> dict[str, Any]:
    found = resources.get(category) if isinstance(resources, pikepdf.Dictionary) else None
    return dict(found.items()) if isinstance(found, pikepdf.Dictionary) else {}


def _operators_are_gray(content: bytes, spaces: dict[str, Any]) -> bool:
    return all(
        _is_gray_operator(found[1], content[max(0, found.start() - _OPERANDS) : found.start()], spaces)
        for found in _COLOR.finditer(content)
    )


def _is_gray_operator(operator: bytes, before: bytes, spaces: dict[str, Any]) -> bool:
    words = before.split()
    numbers: list[float] = []
    while words and len(numbers) < 5 and _NUMBER.fullmatch(words[-1]):
        numbers.insert(0, float(words.pop()))
    if operator in {b"rg", b"RG"}:
        return len(numbers) >= 3 and len(set(numbers[-3:])) == 1
    if operator in {b"k", b"K"}:
        # Equal parts of cyan, magenta and yellow are gray on paper only: none at all is gray everywhere.
        return len(numbers) >= 4 and not any(numbers[-4:-1])
    if operator in {b"sc", b"scn", b"SC", b"SCN"}:
        return len(numbers) == 1 or (len(numbers) == 3 and len(set(numbers)) == 1)
    if operator in {b"cs", b"CS"} and words and not numbers:
        name = words[-1][words[-1].rfind(b"/") :].decode("latin-1")
        return name in _GRAY_NAMES - {"/CalGray"} or is_gray(spaces.get(name))
    return False


def _check_image(image: Any) -> None:
    # JPEG and JPEG 2000 know their own colours, whatever the dictionary says of them.
    filters = image.get("/Filter")
    names = {str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters])}
    if image.get("/ImageMask") is True:
        return
    if names & {"/DCTDecode", "/DCT", "/JPXDecode"} or not is_gray(image.get("/ColorSpace")):
        raise NotNeutralError


def _font(value: Any, _depth: int) -> None:
    if value.get("/Subtype") == "/Type3":
        raise NotNeutralError  # its glyphs are drawings of their own


def _graphics_state(value: Any, _depth: int) -> None:
    if any(key in value for key in ("/TR", "/TR2")):
        raise NotNeutralError  # transfer functions may turn gray into anything
