"""LibreOffice for one document: the program that runs within the sandbox and works it.

Run as text by LibreOffice's Python. It starts LibreOffice without a window, writes and reads an empty document
of each kind, so that all it needs is in memory, says READY, and waits. Then it reads one document from its
standard input, writes one answer to its standard output, and ends: it never lives to see a second document.
"""

import importlib
import json
import os
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

READY = b"R"
# What the answer begins with: a PDF of so many bytes follows, or nothing does.
CONVERTED, PASSWORD, REFUSED = b"P", b"L", b"X"
HEAD = struct.Struct("<I")  # bytes of the JSON before the document
SIZE = struct.Struct("<Q")
PIECE = 1024 * 1024

PIPE = "office"
START_SECONDS = 45.0
# How LibreOffice ends that has made a new profile and wants to be started with it.
RESTART = 81

# An empty document of each kind, what it is written and read as (the formats that people send most), and what
# exports it.
EMPTY = (
    ("swriter", "docx", "MS Word 2007 XML", "writer_pdf_Export"),
    ("scalc", "xlsx", "Calc MS Excel 2007 XML", "calc_pdf_Export"),
    ("simpress", "pptx", "Impress MS PowerPoint 2007 XML", "impress_pdf_Export"),
)
# What a document offers, and what exports it.
EXPORTERS = (
    ("com.sun.star.text.GenericTextDocument", "writer_pdf_Export"),
    ("com.sun.star.sheet.SpreadsheetDocument", "calc_pdf_Export"),
    ("com.sun.star.presentation.PresentationDocument", "impress_pdf_Export"),
    ("com.sun.star.drawing.GenericDrawingDocument", "draw_pdf_Export"),
)
# What reads anything at all, as text: the document is damaged then.
LAST_RESORTS = ("Text", "HTML", "generic")
# What is printed, and not what a reader of the PDF could do with it.
EXPORT = {
    "ExportNotes": False,
    "ExportBookmarks": False,
    "ExportFormFields": False,
    "UseTaggedPDF": False,
}
# Macros never run, links are never followed: MacroExecMode.NEVER_EXECUTE, UpdateDocMode.NO_UPDATE of LibreOffice.
LOAD = {"Hidden": True, "ReadOnly": True, "MacroExecutionMode": 0, "UpdateDocMode": 0}
# As a preview of its pages: the ordinary view draws comments, which LibreOffice's packages without windows cannot.
PREVIEW = {"ViewId": 7}
# The same again, for what looks there; and nothing that waits for somebody.
SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Common/Misc", "UseOpenCL", "false"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    ("org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
)


class Office:
    """LibreOffice in a process below this one."""

    def __init__(self, program: str, folder: Path) -> None:
        # LibreOffice's own modules, which nobody but this program has.
        uno = importlib.import_module("uno")
        self._property = uno.getClass("com.sun.star.beans.PropertyValue")
        self._folder = folder
        profile = folder / "profile"
        _write_settings(profile)
        self._argv = [
            f"{program}/soffice.bin", f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={PIPE};urp",
            "--headless", "--invisible", "--nologo", "--nodefault", "--norestore", "--nolockcheck",
        ]  # fmt: skip
        self.process = self._start()
        resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
                break
            except uno.getClass("com.sun.star.connection.NoConnectException"):
                if self.process.poll() == RESTART:
                    self.process = self._start()
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
        self._desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def rehearse(self, factory: str, kind: str, written_by: str, exported_by: str) -> None:
        """Write an empty document as `kind`, read that and export it: what all this needs is in memory then."""
        written, made = self._folder / f"empty.{kind}", self._folder / "empty.pdf"
        for url, file, export in (
            (f"private:factory/{factory}", written, written_by),
            (written.as_uri(), made, exported_by),
        ):
            document = self._load(url)
            document.storeToURL(file.as_uri(), self._given(FilterName=export))
            document.close(True)
        written.unlink(missing_ok=True)
        made.unlink(missing_ok=True)

    def to_pdf(self, document: Path, handler: Any, *, is_text: bool) -> Path | None:
        """Convert a document; None when it cannot be read or written."""
        uno = importlib.import_module("uno")
        made = self._folder / "document.pdf"
        opened = self._load(document.as_uri(), InteractionHandler=handler, **(PREVIEW if is_text else {}))
        if not opened:
            return None
        read_by = next((row.Value for row in opened.getArgs() if row.Name == "FilterName"), "")
        if str(read_by).startswith(LAST_RESORTS):
            return None
        export = next((name for service, name in EXPORTERS if opened.supportsService(service)), None)
        if export is None:
            return None
        data = uno.Any("[]com.sun.star.beans.PropertyValue", self._given(**EXPORT))
        opened.storeToURL(made.as_uri(), self._given(FilterName=export, FilterData=data))
        return made if made.stat().st_size else None

    def _load(self, url: str, **more: Any) -> Any:
        return self._desktop.loadComponentFromURL(url, "_blank", 0, self._given(**LOAD, **more))

    def _given(self, **values: Any) -> tuple[Any, ...]:
        made = []
        for name, value in values.items():
            given = self._property()
            given.Name, given.Value = name, value
            made.append(given)
        return tuple(made)


def _asking() -> Any:
    """Make what LibreOffice asks when it does not know on: it says no to all, and remembers passwords asked for."""
    uno = importlib.import_module("uno")
    base: Any = importlib.import_module("unohelper").Base
    handler: Any = uno.getClass("com.sun.star.task.XInteractionHandler")
    password = uno.getTypeByName("com.sun.star.task.XInteractionPassword")
    abort = uno.getTypeByName("com.sun.star.task.XInteractionAbort")

    class Asked(base, handler):  # type: ignore[misc]
        password = False

        def handle(self, request: Any) -> None:
            # What is asked cannot be read over the bridge: how it may be answered tells.
            for way in request.getContinuations():
                self.password |= way.queryInterface(password) is not None
                if way.queryInterface(abort) is not None:
                    way.select()

    return Asked()


def _write_settings(profile: Path) -> None:
    rows = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in SETTINGS
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{rows}</oor:items>"
    )


def main(program: str) -> NoReturn:
    """Serve one document. Never returns: what is left of LibreOffice is ended from outside."""
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever is printed must not be taken for an answer
    folder = Path.cwd()
    office = Office(program, folder)
    for row in EMPTY:
        office.rehearse(*row)
    _write(answers, READY)
    given, document = _receive(folder)
    _set_limits(office.process.pid, given)
    asked = _asking()
    try:
        made = office.to_pdf(document, asked, is_text=given["text"])
    except BaseException:  # whatever LibreOffice throws; if it died, its end is the answer
        if not asked.password and _is_gone(office.process):
            _end_like(office.process)
        made = None
    if made is None:
        _write(answers, PASSWORD if asked.password else REFUSED)
    else:
        with made.open("rb") as pdf:
            _write(answers, CONVERTED + SIZE.pack(made.stat().st_size))
            while piece := pdf.read(PIECE):
                _write(answers, piece)
    os._exit(0)


def _is_gone(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has ended, or does so in a moment: a broken bridge is noticed first."""
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end_like(process: subprocess.Popen[bytes]) -> NoReturn:
    os._exit(128 - process.returncode if process.returncode < 0 else 1)


def _receive(folder: Path) -> tuple[dict[str, Any], Path]:
    """Read what to do, as JSON, and the document, up to the end of the standard input."""
    with os.fdopen(0, "rb", buffering=PIECE) as stream:
        head = stream.read(HEAD.size)
        if len(head) < HEAD.size:
            os._exit(1)  # the gateway needs no document printed
        given: dict[str, Any] = json.loads(stream.read(HEAD.unpack(head)[0]))
        document = folder / f"document.{given['extension']}"
        left = given["size"]
        with document.open("wb") as kept:
            while left and (piece := stream.read(min(PIECE, left))):
                kept.write(piece)
                left -= len(piece)
    if left:
        os._exit(1)
    return given, document


def _set_limits(process: int, given: dict[str, Any]) -> None:
    """Allow LibreOffice the document's share, on top of what starting took: processor seconds and address space."""
    numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    used = (int(numbers[11]) + int(numbers[12])) // os.sysconf("SC_CLK_TCK")
    rows = (
        (resource.RLIMIT_CPU, used + 1 + given["cpu"]),
        (resource.RLIMIT_AS, int(numbers[20]) + given["memory"]),
    )
    for which, value in rows:
        hard = resource.prlimit(process, which)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.prlimit(process, which, (bound, bound))


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main(sys.argv[1])
