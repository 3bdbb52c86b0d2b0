"""What a PostScript program asks of the printer for each of its pages, told by Ghostscript while it runs the program.

Only running a program tells its pages (PLRM 3, section 6): text may lie, hide or merely mention. A prologue makes each
page that is ejected carry a note into the PDF that is written: [copies, size asked, Duplex, Tumble], under a key that
the program cannot know. The notes are read back when the pages of that PDF are counted.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from pdl import ghostscript
from pdl.media import Media, media_for
from pdl.report import Sides, sides_of

# A page for which no size was asked comes out at this one: A4, a little larger than anyone asks for.
ASSUMED_POINTS = (595.31, 841.93)
ASSUMED_MEDIA = media_for(21000, 29700)

_EPS_HEADER = re.compile(rb"%!PS-Adobe-\d+\.\d+ +EPSF-")
_DOS_EPS = b"\xc5\xd0\xd3\xc6"

# `m` notes down one page and is run by EndPage (PLRM 3, 6.2.6; reason 2 is no page), also by one that the program
# sets. Devices that write PDF know nothing of Duplex, so `setpagedevice` keeps it in `s`: a local dictionary, which
# `restore` puts back as it does the page device. `//` puts `m`, `r` and `s` into the procedures, so that their names
# can go; `bind` keeps the program's own names out. A printer knows no
# pdfmark and no distiller: what they would change in the PDF is dropped. A program that knows itself in a distiller
# leaves it to pdfmark to read a stream (its metadata) out of the program: it is read and dropped too.
_PROLOGUE = """
userdict begin
/s << /Duplex false /Tumble false /Size currentpagedevice /PageSize get aload length array astore >> def
/c { currentpagedevice /PageCount get 1 add (KEY=) print == flush } bind executeonly def
/m {
  dup 2 lt {
    currentpagedevice /NumCopies 2 copy known { get } { pop pop null } ifelse
    dup null eq { pop /#copies where { /#copies get } { 1 } ifelse } if
    dup type /integertype ne { pop 1 } if
    currentpagedevice /PageSize get aload pop //s /Size get aload pop 3 -1 roll eq 3 1 roll eq and not
    //s /Duplex get //s /Tumble get 4 array astore
    1 dict dup 3 -1 roll /KEY exch put
    [ {ThisPage} 3 -1 roll /PUT pdfmark
    //c exec
  } if
} bind executeonly def
/r {
  [ /Duplex /Tumble ] {
    2 copy known { 2 copy get dup type /booleantype eq { //s 3 1 roll put } { pop pop } ifelse } { pop } ifelse
  } forall pop
} bind executeonly def
/setpagedevice {
  dup /EndPage known {
    dup length dict copy
    dup /EndPage get [ //m /exec load 4 -1 roll /exec load ] cvx executeonly 1 index /EndPage 3 -1 roll put
  } if
  dup setpagedevice //r exec
} bind executeonly def
/pdfmark {
  pop counttomark {
    dup type /filetype eq { dup currentfile eq { pop } { flushfile } ifelse } { pop } ifelse
  } repeat pop
} bind executeonly def
/setdistillerparams /pop load def
statusdict /setduplexmode { //s exch /Duplex exch put } bind executeonly put
statusdict /settumble { //s exch /Tumble exch put } bind executeonly put
<< /EndPage { //m exec 2 ne exch pop } bind executeonly >> systemdict /setpagedevice get exec
[ /c /m /r /s ] { currentdict exch undef } forall
end
"""

# Pages with their copies, as the device counted them. `c` says so at each page, which it counts too: a program may
# quit, or never end.
_EPILOGUE = "currentpagedevice /PageCount get (KEY=) print =="


@dataclass(frozen=True, slots=True)
class Asked:
    """What the program asked for one page; `sized` tells whether it asked for a size."""

    copies: int
    sides: Sides
    sized: bool


def new_key() -> str:
    """Make a name for the notes of one run."""
    return "Note" + secrets.token_hex(8)


def to_noted_pdf(key: str) -> list[str]:
    """Ghostscript's arguments to turn PostScript into PDF with a note on each page."""
    return ghostscript.to_pdf(
        prologue=_PROLOGUE.replace("KEY", key), epilogue=_EPILOGUE.replace("KEY", key), sheet=ASSUMED_POINTS
    )


def pages_shown(key: str, complaint: str) -> int | None:
    """How many pages, with copies, the device said it had shown; None when it said nothing: none were."""
    found = re.findall(rf"^{key}=(\d{{1,9}})\s*$", complaint, re.MULTILINE)
    return int(found[-1]) if found else None


def asked_for(page: Any, key: str) -> Asked | None:
    """Read the note on a page of the PDF (its dictionary, of pikepdf); None when there is none that makes sense."""
    note = page.get(f"/{key}")
    if note is None:
        return None
    try:
        copies, sized, duplex, tumble = note
        # PLRM 3 asks for a positive number; to a printer anything less is one copy.
        return Asked(max(1, int(copies)), sides_of(bool(duplex), bool(tumble)), bool(sized))
    except (TypeError, ValueError, OverflowError):
        return None


def size_asked(media: Media, asked: Asked | None) -> Media:
    """Size of a page: A4 where the program left it to the printer."""
    return ASSUMED_MEDIA if asked is not None and not asked.sized else media


def is_encapsulated(head: bytes) -> bool:
    """Whether a document is EPS, a picture of one page even where it never says showpage."""
    head = head.lstrip(b"\0\x04")
    return head.startswith(_DOS_EPS) or _EPS_HEADER.match(head) is not None
