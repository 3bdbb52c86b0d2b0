"""Which pages of an XPS document may have colour: the task `colour-xps`.

A page all of whose colours and pictures are gray is gray. One that names a colour may still hide it: that is left to
a renderer. Judgements are handed out as they are made, so that those before a crash are kept.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from pdl.errors import DocumentRejected
from pdl.source import Source
from pdl.xps_judgement import COLOR, GRAYED, MONO, TINTED, UNJUDGED
from pdl.xps_layout import Layout
from pdl.xps_package import Attributes, Handlers, Package, local, resolve
from pdl.xps_picture import judge_picture

# What conversion between colour spaces makes of gray stays below this (of 255).
TINT_THRESHOLD = 5
BATCH = 256
DEEPEST_DICTIONARY = 4

_RGB = re.compile(r"#(?:([0-9A-Fa-f]{2}))?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_PAINTS = ("Fill", "Stroke", "Color")
# From the most certain gray to what cannot be seen here: a page is as doubtful as its most doubtful part.
_ORDER = (MONO, COLOR, TINTED, UNJUDGED)


def colour(source: Source, arguments: Mapping[str, Any], emit: Callable[[bytes], None]) -> dict[str, Any]:
    """Emit one letter of `pdl.xps_judgement` for each page as long as `seconds` of processor time last."""
    until = time.process_time() + arguments["seconds"]
    package = Package(source)
    judge = Judge(package)
    waiting = bytearray()
    for page in Layout(package, arguments["pages"]).pages():
        if time.process_time() > until:
            break
        letter = judge.page(page.name)
        waiting.append(GRAYED if page.ticket.gray and letter != MONO else letter)
        if len(waiting) >= BATCH:
            emit(bytes(waiting))
            waiting.clear()
    emit(bytes(waiting))
    return {}


class Judge:
    """Looks through markup and pictures; what several pages share is judged once."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._known: dict[str, int] = {}

    def page(self, name: str) -> int:
        """Judge the markup of a page; DocumentRejected when it is damaged."""
        return self._markup(name, 0)

    def _markup(self, name: str, depth: int) -> int:
        found = {MONO}

        def start(tag: str, attributes: Attributes) -> None:
            for attribute in _PAINTS:
                if attribute in attributes:
                    found.add(judge_paint(attributes[attribute]))
            if "ImageSource" in attributes:
                found.add(self._picture(name, attributes["ImageSource"]))
            # A dictionary of resources in a part of its own (ECMA-388, 14.2.3.1).
            if "Source" in attributes and local(tag) == "ResourceDictionary":
                found.add(self._dictionary(resolve(name, attributes["Source"]), depth))

        self._package.parse(name, Handlers(start))
        return max(found, key=_ORDER.index)

    def _dictionary(self, name: str, depth: int) -> int:
        if name not in self._known:
            self._known[name] = self._markup(name, depth + 1) if depth < DEEPEST_DICTIONARY else UNJUDGED
        return self._known[name]

    def _picture(self, base: str, source: str) -> int:
        if source.startswith("{"):
            return TINTED  # a bitmap with a colour profile of its own: renderers may see it differently
        name = resolve(base, source)
        if name not in self._known:
            try:
                self._known[name] = judge_picture(b"".join(self._package.read(name)))
            except DocumentRejected:
                # The page prints without it, in every renderer; what it would have been cannot be told.
                self._known[name] = UNJUDGED
        return self._known[name]


def judge_paint(paint: str) -> int:
    """Judge an attribute's colour (ECMA-388, 15.1): MONO, COLOR, TINTED."""
    paint = paint.strip()
    if paint.startswith("{"):
        return MONO  # a resource: judged where it stands
    if found := _RGB.fullmatch(paint):
        channels = [int(channel, 16) for channel in found.groups()[1:]]
        return MONO if found[1] == "00" else _judge_spread(max(channels) - min(channels))
    if paint.startswith("sc#"):
        return _judge_scrgb(paint[3:])
    return TINTED  # ContextColor: by a profile


def _judge_scrgb(numbers: str) -> int:
    """Judge linear channels, alpha first where there are four; outside of 0 to 1 they are clipped."""
    try:
        *alpha, red, green, blue = (min(1.0, max(0.0, float(number))) for number in numbers.split(","))
    except ValueError:
        return TINTED
    if alpha == [0.0]:
        return MONO
    encoded = [255 * channel ** (1 / 2.2) for channel in (red, green, blue)]
    return _judge_spread(max(encoded) - min(encoded))


def _judge_spread(spread: float) -> int:
    return COLOR if spread >= TINT_THRESHOLD else MONO
