"""HP-GL and HP-GL/2 as plain letters: plotter files, told from prose by their grammar (HP-GL/2 Reference Guide)."""

import re

# Instructions that take numbers; two letters, in either case.
_NUMERIC = (
    "AA AC AD AF AP AR AT BP BR BZ CA CF CI CP CR CS CT CV DF DI DR DV EA EC ER ES EW FI FN FP FR FS FT GC IM IN IP IR"
    " IV IW LA LO LT MC MT NP NR OE OH OI OP OS PA PB PC PD PG PM PP PR PS PT PU PW QL RA RF RO RP RQ RR RT SA SB SC SD"
    " SI SL SM SP SR SS ST SV TD TL TR UC UL VS WG WU XT YT"
)
_INSTRUCTION = re.compile(
    rb"[\s;]*(?:"
    # Labels, comments and encoded polylines carry other characters up to an end of their own.
    rb"(?:LB|BL)[^\x03]*(?:\x03|$)|CO\s*\"[^\"]*(?:\"|$)|PE[^;]*(?:;|$)|(?:DT|MG|WD)[^;]*(?:;|$)"
    rb"|BP[-\d.,\s]*\"[^\"]*(?:\"|$)[-\d.,\s\"]*"
    rb"|(?:" + "|".join(_NUMERIC.split()).encode() + rb")[-+\d.,\s]*"
    rb")[\s;]*",
    re.IGNORECASE,
)
# Spooled plots may begin with the end of a label that is not there, or zeros.
_LEADING = b"\0\3\4 \t\r\n;"
_BEGINS = re.compile(rb"(?:IN|DF|BP|PG|PS|SP|IP|SC|RO|PU|NP)[-+\d.,\s]*(?:;|[A-Z]{2}|\")", re.IGNORECASE)
# Plots captured from an instrument begin anywhere: then more of them is looked for.
_BEGINS_ANYHOW = re.compile(rb"(?:" + "|".join(_NUMERIC.split()).encode() + rb")[-+\d.,\s]*;")
# Instructions to the plotter itself, ahead of the drawing: ESC . letter, numbers, colon.
_TO_THE_DEVICE = re.compile(rb"(?:\s*\x1b\.[@-Z()][\d;,]*:?)+")
SAMPLE = 2048
FEWEST_INSTRUCTIONS = 3
FEWEST_ANYHOW = 12


def is_hpgl(head: bytes) -> bool:
    """Whether `head` is HP-GL from its beginning on: nothing but instructions, as far as a sample reaches."""
    if _TO_THE_DEVICE.match(head):
        return True
    head = head.lstrip(_LEADING)
    known = _BEGINS.match(head) is not None
    if not known and not _BEGINS_ANYHOW.match(head):
        return False
    sample = head[:SAMPLE]
    at, count = 0, 0
    while at < len(sample) and (found := _INSTRUCTION.match(sample, at)):
        at, count = found.end(), count + 1
    # The last instruction may be cut where the sample ends; a file that is only "IN;" is one too.
    whole = len(sample) - at <= 1 if len(head) > SAMPLE else at == len(sample)
    if not known:
        return whole and count >= FEWEST_ANYHOW
    return whole and (count >= FEWEST_INSTRUCTIONS or (b";" in sample and count > 0))
