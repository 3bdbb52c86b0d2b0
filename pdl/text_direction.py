"""Lines that run from right to left, as they are seen: Arabic letters joined, runs of letters in visual order.

What the Unicode Bidirectional Algorithm (UAX 9) does for a line of plain text without explicit marks, in the levels
that such lines have.
"""

import re
import unicodedata
from itertools import pairwise

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTERS_LEFT, _LETTERS_RIGHT, _NUMBERS = {"L"}, {"R", "AL"}, {"EN", "AN"}
_SEPARATORS = {"CS", "ES"}
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab")
_TATWEEL = "\u0640"


def _presentation_forms() -> dict[str, dict[str, str]]:
    """Joined shapes of Arabic letters, and of lam with alef, by letter and place: Unicode says what each stands for."""
    found: dict[str, dict[str, str]] = {}
    for code in range(0xFE80, 0xFEFD):
        place, _, letters = unicodedata.decomposition(chr(code)).partition("> ")
        word = "".join(chr(int(number, 16)) for number in letters.split())
        found.setdefault(word, {})[place.lstrip("<")] = chr(code)
    return found


_FORMS = _presentation_forms()


def visual(line: str, columns: int) -> str:
    """Put `line` in the order in which it is seen; one that begins from the right ends at the right of `columns`."""
    if not _RIGHT_TO_LEFT.search(line):
        return line
    clusters = _joined(_clusters(line))
    base = next(
        (1 if kind in _LETTERS_RIGHT else 0 for kind in map(_kind, clusters) if kind in _LETTERS_LEFT | _LETTERS_RIGHT),
        0,
    )
    levels = _levels(_kinds(clusters, base), base)
    for level in range(max(levels), 0, -1):
        clusters, levels = _reversed_from(level, clusters, levels)
    seen = "".join(
        cluster.translate(_MIRRORED) if level % 2 else cluster for cluster, level in zip(clusters, levels, strict=True)
    )
    return " " * max(0, columns - len(clusters)) + seen if base else seen


def _clusters(line: str) -> list[str]:
    """Cut into characters with the marks over them."""
    found: list[str] = []
    for character in line:
        if found and unicodedata.combining(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _kind(cluster: str) -> str:
    return unicodedata.bidirectional(cluster[0])


def _kinds(clusters: list[str], base: int) -> list[str]:
    """Classes of the characters, those of separators in numbers and of pairs of brackets put right (rules W4, N0)."""
    kinds = [_kind(cluster) for cluster in clusters]
    for at in range(1, len(kinds) - 1):
        if kinds[at] in _SEPARATORS and kinds[at - 1] == kinds[at + 1] and kinds[at - 1] in _NUMBERS:
            kinds[at] = kinds[at - 1]
    strong, opened = ("L", "R"), []
    for at, cluster in enumerate(clusters):
        if cluster in _BRACKETS:
            opened.append(at)
        elif opened and cluster == _BRACKETS[clusters[opened[-1]]]:
            start = opened.pop()
            inside = {_side(kind) for kind in kinds[start:at]} - {None}
            before = next((side for kind in reversed(kinds[:start]) if (side := _side(kind)) is not None), base)
            if inside:
                # Brackets go with the line, unless what they hold and what stands before them goes the other way.
                kinds[start] = kinds[at] = strong[base if base in inside else before]
    return kinds


def _side(kind: str) -> int | None:
    return 0 if kind in _LETTERS_LEFT else 1 if kind in _LETTERS_RIGHT else None


def _levels(kinds: list[str], base: int) -> list[int]:
    """Embedding level of each character: odd ones run from the right."""
    levels: list[int | None] = []
    faces: list[int | None] = []  # whether its neighbours see it run from the right
    before = base
    for kind in kinds:
        if kind in _NUMBERS:
            # A number keeps its order within letters that run from the right, and counts as one of them.
            levels.append(2 if base or before else 0)
            faces.append(before)
            continue
        face = _side(kind)
        levels.append(None if face is None else 1 if face else 2 * base)
        faces.append(face)
        before = before if face is None else face
    after = base
    following = []
    for face in reversed(faces):
        after = after if face is None else face
        following.append(after)
    last, found = base, []
    for level, face, after in zip(levels, faces, reversed(following), strict=True):
        # What has no direction takes that of both neighbours, or of the line.
        side = last if last == after else base
        found.append((1 if side else 2 * base) if level is None else level)
        last = last if face is None else face
    return found


def _reversed_from(level: int, clusters: list[str], levels: list[int]) -> tuple[list[str], list[int]]:
    """Turn round every run of at least `level`."""
    pairs = list(zip(clusters, levels, strict=True))
    start = None
    for at, (_, found) in enumerate([*pairs, ("", 0)]):
        if found >= level and start is None:
            start = at
        elif found < level and start is not None:
            pairs[start:at] = pairs[start:at][::-1]
            start = None
    return [cluster for cluster, _ in pairs], [found for _, found in pairs]


def _joined(clusters: list[str]) -> list[str]:
    """Give Arabic letters the shape that joins them to their neighbours; lam and alef become one."""
    merged: list[str] = []
    for cluster in clusters:
        if merged and merged[-1][0] + cluster[0] in _FORMS:
            merged[-1] = merged[-1][0] + cluster[0] + merged[-1][1:] + cluster[1:]
        else:
            merged.append(cluster)
    words = [cluster[:2] if cluster[:2] in _FORMS else cluster[:1] for cluster in merged]
    joins = [False, *(_joins_next(one) and _joins_before(other) for one, other in pairwise(words)), False]
    shaped = []
    for at, (word, cluster) in enumerate(zip(words, merged, strict=True)):
        place = {(False, False): "isolated", (True, False): "final", (False, True): "initial", (True, True): "medial"}
        form = _FORMS.get(word, {}).get(place[joins[at], joins[at + 1]], word)
        shaped.append(form + cluster[len(word) :])
    return shaped


def _joins_next(word: str) -> bool:
    return word == _TATWEEL or "initial" in _FORMS.get(word, {})


def _joins_before(word: str) -> bool:
    return word == _TATWEEL or "final" in _FORMS.get(word, {})
