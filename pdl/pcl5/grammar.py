"""How PCL is written: text, control codes, escape commands, binary data (PCL 5 Technical Reference, chapter 2).

`ESC` and one character from 0 to ~ is a whole command. `ESC`, a parameterized character (! to /), perhaps a group
character (` to ~), a value and an end: a capital letter ends the sequence, a small one ends one command of it and
the next has the same beginning: `ESC&l26a1O` is `ESC&l26A` and `ESC&l1O`.
"""

import re
from typing import NamedTuple

UEL = b"\x1b%-12345X"

# What a command may at most be long before its end, garbage between digits included.
LONGEST_VALUE = 512
# Values beyond are no positions, counts or sizes (a LaserJet reads 16 bits); they are cut to this.
LARGEST_VALUE = 1 << 24

_PREFIX = re.compile(rb"\x1b([!-/][`-~]?)")
# A value as printers read it: sign, digits, fraction; spaces within it and what follows it are passed over.
_VALUE = re.compile(rb" *([-+]*) *([0-9 ]*)(?:\.([0-9 ]*))?[ -?]*([@-~])")


# What nearly all values are.
_PLAIN_VALUE = re.compile(rb"([-+]?)([0-9]{1,7})([@-~])")


class Command(NamedTuple):
    """One escape command: `name` is what does not vary (`&lA`), `end` lies after it and before its data.

    `signed` is +1 or -1 where the value has a sign: moves with one are relative.
    """

    name: bytes
    value: float
    signed: int
    end: int
    last: bool


def has_data(name: bytes) -> bool:
    """Whether the value of this command is the number of bytes of data that follow: W always means that."""
    return name[-1:] == b"W" or name in (b"*bV", b"&pX")


def prefix_at(data: bytes, position: int) -> bytes:
    """Return the beginning of the parameterized command at `position` (`&l`), or b""."""
    found = _PREFIX.match(data, position)
    return found[1] if found else b""


def command_at(data: bytes, position: int, prefix: bytes) -> Command | None:
    """Read value and end of a command that begins with `prefix`; None when there is no end to it."""
    plain = _PLAIN_VALUE.match(data, position)
    if plain is not None:
        sign, digits, final = plain.groups()
        last = final < b"`"
        signed = 0 if not sign else -1 if sign == b"-" else 1
        number = float(digits) * (signed or 1)
        return Command(prefix + (final if last else final.upper()), number, signed, plain.end(), last)
    found = _VALUE.match(data, position, position + LONGEST_VALUE)
    if found is None:
        return None
    sign, digits, fraction, final = found.groups()
    signed = 0 if not sign else -1 if b"-" in sign else 1
    number = float(int(digits.replace(b" ", b"")[:12] or 0))
    if fraction:
        number += float(b"0." + fraction.replace(b" ", b"")[:12])
    value = min(number, LARGEST_VALUE) * (signed or 1)
    capital = final.upper() if final >= b"`" else final
    return Command(prefix + capital, value, signed, found.end(), final < b"`")
