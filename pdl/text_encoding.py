"""Which encoding the bytes of a text are in, told by its beginning; None for what is no text.

A text is what a person reads: letters, spaces, line ends, tabs, form feeds and backspaces. Anything else is a
program's, and never taken for text.
"""

import codecs
import re

# Bytes that no text for a printer has; an ESC begins a printer's language.
_CONTROL = re.compile(rb"[\x00-\x07\x0e-\x1f\x7f]")
_CONTROL_CHARACTER = re.compile("[\x00-\x07\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff]")
# DOS ended texts with Ctrl-Z, programs that print PostScript end them with Ctrl-D.
TAIL = b"\x1a\x04\0"
_WINDOWS_GAP = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")

# Latin encodings know a letter for nearly every byte: text in them is still mostly letters of ASCII.
LEAST_ASCII_SHARE = 0.7
# Code page 850 knows one for every byte, so more is asked of it.
LEAST_ASCII_SHARE_OF_DOS = 0.8
# Of UTF-16 without its mark: this share of the characters must be Latin ones, and so many must be seen.
LEAST_LATIN_SHARE = 0.7
FEWEST_OF_UTF_16 = 4
UTF_16_SAMPLE = 4096

_HIGH = bytes(range(0x80, 0x100))
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def encoding_of(head: bytes) -> str | None:
    """Python's name of the encoding of a text that begins with `head`, or None when it begins as no text does.

    One of utf-8, utf-8-sig, utf-16-le and utf-16-be (perhaps with a mark to be dropped), cp1252, cp850.
    """
    if not head:
        return None
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name if _decodes(head, name) else None
    if b"\0" in head[:UTF_16_SAMPLE] and (wide := _utf_16_without_mark(head)):
        return wide
    # Some drivers put zeros before a text as before any document.
    return _bytewise(head.lstrip(b"\0").rstrip(TAIL))


def _bytewise(head: bytes) -> str | None:
    if not head or _CONTROL.search(head):
        return None
    if is_utf8(head):
        return "utf-8"
    share = len(head.translate(None, _HIGH)) / len(head)
    if not _WINDOWS_GAP.search(head):
        return "cp1252" if share >= LEAST_ASCII_SHARE else None
    return "cp850" if share >= LEAST_ASCII_SHARE_OF_DOS else None


def is_utf8(head: bytes) -> bool:
    """Whether `head` is UTF-8, its last character perhaps cut off."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.reason == "unexpected end of data" and len(head) - fault.start < 4 <= len(head)
    return True


def _utf_16_without_mark(head: bytes) -> str | None:
    """UTF-16 as programs of Windows write it without a mark, where Latin letters make it certain."""
    sample = head[: UTF_16_SAMPLE & ~1]
    sample = sample[: len(sample) & ~1]
    halves = {"utf-16-le": sample[1::2], "utf-16-be": sample[::2]}
    for name, high in halves.items():
        if len(high) >= FEWEST_OF_UTF_16 and high.count(0) >= LEAST_LATIN_SHARE * len(high) and _decodes(head, name):
            return name
    return None


def _decodes(head: bytes, name: str) -> bool:
    """Whether `head` is text in the encoding `name`, its last character perhaps cut off."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(head.rstrip(TAIL) if name == "utf-8-sig" else head)
    except UnicodeDecodeError:
        return False
    return not _CONTROL_CHARACTER.search(text.rstrip("\x1a\x04"))
