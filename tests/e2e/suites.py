"""CUPS's conformance suites against a gateway: their documents are made here, their tests counted, their own faults mended.

ipptool drops the rest of a suite whose document it cannot read and still reports no failure, so that only the number of
tests tells whether a suite ran.
"""

import contextlib
import io
import os
import re
import shutil
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

INSTALLED = Path("/usr/share/cups/ipptool")
PRINTGATE = Path(sys.executable).parent / "printgate"

# Who runs the suites is an operator: some of them pause the printer.
TRUSTED = ("--trusted-network", "127.0.0.0/8", "--operator-network", "127.0.0.0/8", "--retain-for", "10m")
QUEUES = {
    "direct": ("--kind", "direct", "--device", "trial", *TRUSTED),
    "held": ("--kind", "follow-me", "--default-device", "trial", "--release-after", "1", *TRUSTED),
}

VERSIONED = ("ipp-1.1", "ipp-2.0", "ipp-2.1", "ipp-2.2", "ipp-everywhere")
"""Suites of a version of IPP; each runs those before it."""
SUITES = (*VERSIONED, "get-printer-attributes-suite")

SINGLE = (
    "cancel-current-job",
    "create-job",
    "create-job-format",
    "create-job-sheets",
    "create-printer-subscription",
    "get-completed-jobs",
    "get-job-attributes",
    "get-job-attributes2",
    "get-job-template-attributes",
    "get-jobs",
    "get-printer-attributes",
    "get-printer-description-attributes",
    "get-printers",
    "get-subscriptions",
    "identify-printer",
    "identify-printer-display",
    "identify-printer-multiple",
    "ipp-backend",
    "print-job",
    "print-job-and-wait",
    "print-job-deflate",
    "print-job-gzip",
    "print-job-hold",
    "print-job-letter",
    "print-job-manual",
    "print-job-media-col",
    "print-job-password",
    "set-attrs-hold",
    "validate-job",
)
"""Tests of one operation. Left out are those of CUPS's scheduler alone (PPD files, devices, local printers), of faxes, of
a tray that a hand must empty; create-job-timeout, which wants what ipp-1.1 forbids (a Send-Document that does not say
whether it is the last); and get-notifications, which looks for an attribute that nobody has registered (notify-event)."""

WAITING = """{
    NAME "A job that waits"
    OPERATION Print-Job
    GROUP operation-attributes-tag
    ATTR charset attributes-charset utf-8
    ATTR language attributes-natural-language en
    ATTR uri printer-uri $uri
    ATTR name requesting-user-name $user
    GROUP job-attributes-tag
    ATTR keyword job-hold-until indefinite
    FILE $filename
    STATUS successful-ok
    EXPECT job-id
    DISPLAY job-id
}
"""
WITH_A_JOB = ("cancel-current-job", "get-job-attributes", "get-job-attributes2")
"""Tests that want a job to be there; the latter two have its URI for theirs."""

COMPRESSED = ("print-job-deflate", "print-job-gzip", "ipp-everywhere")
"""With -L ipptool promises the length of a document before its compression, and waits for ever for an answer."""
UNCOMPRESSED = "ipp-everywhere-uncompressed"
"""What is left of ipp-everywhere without those tests."""

VARIANTS = {
    "chunked": ("-C",),
    "length": ("-L",),
    "upgrade": ("-E",),
    "tls": ("-S",),
    "headers": ("-h",),
}

MEANT_FOR = ("1.0", "1.1", "2.0", "2.1", "2.2")
"""Versions of IPP in which the tests of one operation are asked."""

VERSIONS = {"ipp-1.1": "1.1", "ipp-2.1": "2.1", "ipp-2.2": "2.2"}

DEFECTS = {
    # The test named after media-col-database asks for 'all', of which another test says that it must not be in it.
    "get-printer-attributes-suite.test": [
        (
            r"""(requested-attributes='media-col-database'\)"[^}]*?requested-attributes) 'all'""",
            r"\1 media-col-database",
        ),
    ],
    # The suite looks for the qualities in an attribute that no printer has, and for one of them by a name of its own,
    # and so never runs its tests of them.
    "ipp-1.1.test": [
        ("EXPECT print-quality WITH-VALUE", "EXPECT print-quality-supported WITH-VALUE"),
        ("OPTIONAL_BEST_QUALITY", "OPTIONAL_HIGH_QUALITY"),
    ],
}

NOT_OFFERED = re.compile(r"URI")
"""What of ipp-1.1 and ipp-2.0 a gateway may leave out: documents that are fetched from elsewhere."""
CREATED_FOR_A_URI = "RFC 8011 section 4.2.4: Create-Job Operation"


@dataclass
class Outcome:
    """What one run of a suite said, test by test, and how many tests the suite has."""

    passed: list[str]
    failed: list[str]
    skipped: list[str]
    expected: int
    words: str

    @property
    def ran(self):
        return len(self.passed) + len(self.failed) + len(self.skipped)

    @property
    def complete(self):
        return self.ran == self.expected

    def missed(self, name):
        """What a failed test expected and did not get, each once; the values of one attribute together."""
        said = self.words.partition(f"    {name} ")[2]
        said = re.split(r"\[(?:PASS|FAIL|SKIP)\]", said)[1]
        found = {}
        for wanted, value in re.findall(r"^\s+((?:NOT )?EXPECTED: \S+)(?: WITH-VALUE (.*))?$", said, re.MULTILINE):
            found.setdefault(wanted.replace("EXPECTED: ", ""), {})[value.strip('"')] = True
        return [f"{wanted} {' '.join(values)}".strip() for wanted, values in found.items()]

    @property
    def left_out(self):
        """Tests that were skipped for another reason than that the gateway does not offer what they are about."""
        names = [name for name in self.skipped if not NOT_OFFERED.search(name)]
        if CREATED_FOR_A_URI in names and CREATED_FOR_A_URI in self.passed:
            names.remove(CREATED_FOR_A_URI)
        return names


class Server:
    """A gateway on the loopback, with the queues that the suites are run against."""

    def __init__(self, folder, *, port=0, **settings):
        self.home, self.log = folder / "home", folder / "gateway.log"
        variables = {f"PRINTGATE_{name.upper()}": str(value) for name, value in settings.items()}
        with self.log.open("wb") as written:
            self.process = subprocess.Popen(
                [PRINTGATE, "--home", self.home, "serve", "--host", "127.0.0.1", "--port", str(port), "--no-mdns"],
                stdout=subprocess.PIPE,
                stderr=written,
                env=os.environ | variables,
                text=True,
            )
        self.port = self._ready()
        self.authority = f"127.0.0.1:{self.port}"

    def _ready(self):
        for line in self.process.stdout:
            if found := re.match(r"ready ipp://.*:(\d+)/", line):
                return int(found[1])
        raise AssertionError(f"the gateway did not start: {self.log.read_text()}")

    def command(self, *words, data=None):
        command = [PRINTGATE, "--home", self.home, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30, input=data)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add_queues(self):
        for name, words in QUEUES.items():
            self.command("queue", "add", name, *words)

    def uri(self, queue):
        return f"ipp://{self.authority}/ipp/print/{queue}"

    def stop(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def prepare(folder):
    """Copy the installed suites, mend their faults, and make every document that they name."""
    folder.mkdir(parents=True, exist_ok=True)
    named = set()
    for suite in INSTALLED.glob("*.test"):
        text = suite.read_text()
        for wrong, right in DEFECTS.get(suite.name, ()):
            text = re.sub(wrong, right, text)
        (folder / suite.name).write_text(text)
        named.update(re.findall(r"^\s*FILE ([\w./-]+)\s*$", text, re.MULTILINE))
    everywhere = (folder / "ipp-everywhere.test").read_text()
    tests = re.split(r"(?m)^(?=\{)", everywhere)
    kept = [test for test in tests if not re.search(r"^\s*COMPRESSION ", test, re.MULTILINE)]
    (folder / f"{UNCOMPRESSED}.test").write_text("".join(kept))
    for name in sorted(named):
        # Some look for documents beside their folder, as in CUPS's source tree; those of scheduler programs further up.
        if not name.startswith("../") or name.startswith("../data/"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document(name))
    return folder


def tests_in(suite):
    """How many tests a suite has, with those it includes."""
    text = suite.read_text()
    included = re.findall(r'^\s*INCLUDE ["<]([\w.-]+)[">]', text, re.MULTILINE)
    return len(re.findall(r"^\{", text, re.MULTILINE)) + sum(tests_in(suite.parent / name) for name in included)


def _beforehand(folder, uri, suite):
    """Make what a test wants to be there; returns the URI it is run with."""
    if suite == "cancel-current-job":
        _until_idle(folder, uri)
    if suite in WITH_A_JOB:
        (folder / "waiting.test").write_text(WAITING)
        said = run(folder, uri, "waiting").words
        number = re.search(r"job-id \(integer\) = (\d+)", said)[1]
        return uri if suite == "cancel-current-job" else f"{uri}/{number}"
    return uri


def _until_idle(folder, uri):
    """Wait until nothing prints any more: what ends by itself meanwhile cannot be cancelled."""
    for _ in range(40):
        if not re.search(
            r"job-state \(enum\) = (pending|processing)$", run(folder, uri, "get-jobs").words, re.MULTILINE
        ):
            return
        time.sleep(0.5)


def run(folder, uri, suite, options=(), *, document_name="document-letter.pdf", limit=300):
    """Run one suite; the options are ipptool's, a version among them wins."""
    version = VERSIONS.get(suite, "2.0")
    uri = _beforehand(folder, uri, suite)
    words = ["ipptool", "-tI", "-T", "30", "-V", version, *options, "-f", document_name, uri, f"{suite}.test"]
    # Certificates that CUPS trusts on first use are kept in the home.
    env = os.environ | {"HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=folder, timeout=limit, env=env)
    said = done.stdout + done.stderr
    verdicts = re.findall(r"^    (\S.*?)\s+\[(PASS|FAIL|SKIP)\]$", done.stdout, re.MULTILINE)
    sorted_out = {word: [name for name, verdict in verdicts if verdict == word] for word in ("PASS", "FAIL", "SKIP")}
    return Outcome(*sorted_out.values(), tests_in(folder / f"{suite}.test"), said)


def document(name):
    """Make the document of that name; the name says what it is like."""
    stem, _, kind = Path(name).name.rpartition(".")
    return {"pdf": pdf, "ps": postscript, "jpg": jpeg, "pwg": raster}[kind](stem)


def pdf(stem):
    made = pikepdf.new()
    for number in range(_pages(stem)):
        made.add_blank_page(page_size=_size(stem))
        made.pages[-1].contents_add(b"0 g 72 %d 144 72 re f 1 0 0 rg 288 72 72 72 re f" % (72 + 90 * number))
    stream = io.BytesIO()
    secret = pikepdf.Encryption(owner="secret", user="secret") if "password" in stem else False
    made.save(stream, encryption=secret)
    return stream.getvalue()


def postscript(stem):
    width, height = _size(stem)
    pages = "".join(f"%%Page: {n} {n}\n72 {72 + 90 * n} 144 72 rectfill showpage\n" for n in range(1, _pages(stem) + 1))
    return f"%!PS-Adobe-3.0\n%%BoundingBox: 0 0 {width} {height}\n%%Pages: {_pages(stem)}\n{pages}%%EOF\n".encode()


def jpeg(stem):
    image = Image.new("RGB", (600, 400), "white")
    ImageDraw.Draw(image).ellipse((100, 50, 500, 350), fill=(200, 40, 40))
    stream = io.BytesIO()
    (image.convert("L") if stem.startswith("gray") else image).save(stream, "JPEG")
    return stream.getvalue()


COLORS = {  # colour space, bits per colour, colours, white, ink (PWG 5102.4 table 6)
    "black-1": (3, 1, 1, b"\0", b"\xff"),
    "sgray-8": (18, 8, 1, b"\xff", b"\0"),
    "srgb-8": (19, 8, 3, b"\xff\xff\xff", b"\xc8\x28\x28"),
    "srgb-16": (19, 16, 3, b"\xff" * 6, b"\xc8\0\x28\0\x28\0"),
    "cmyk-8": (6, 8, 4, b"\0\0\0\0", b"\0\xff\xff\0"),
}


def raster(stem):
    """PWG Raster such as onepage-a4-srgb-8-600dpi: white, with a band of ink a third of the way down."""
    color, dpi = re.search(r"(black-1|sgray-8|srgb-8|srgb-16|cmyk-8)-(\d+)dpi$", stem).groups()
    points = (288, 432) if "4x6" in stem else _size(stem)
    width, height = (round(length * int(dpi) / 72) for length in points)
    space, bits, colors, white, ink = COLORS[color]
    units = width if bits >= 8 else (width + 7) // 8
    header = bytearray(1796)
    header[:10] = b"PwgRaster\0"
    fields = {
        276: int(dpi), 280: int(dpi), 340: 1, 352: round(points[0]), 356: round(points[1]), 372: width, 376: height,
        384: bits, 388: bits * colors, 392: units * len(white), 400: space, 420: colors, 452: _pages(stem),
        456: 1, 460: 1,
    }  # fmt: skip
    for offset, value in fields.items():
        struct.pack_into(">I", header, offset, value)
    third = height // 3
    body = _rows(white, units, third) + _rows(ink, units, third) + _rows(white, units, height - 2 * third)
    return b"RaS2" + (bytes(header) + body) * _pages(stem)


def _rows(unit, count, lines):
    """So many equal lines of one colour: a line may stand for 256, a run for 128 of its units."""
    runs = b"".join(bytes((min(128, count - at) - 1,)) + unit for at in range(0, count, 128))
    return b"".join(bytes((min(256, lines - at) - 1,)) + runs for at in range(0, lines, 256))


def _pages(stem):
    return 3 if stem.startswith("document") else 1


def _size(stem):
    return (612, 792) if "letter" in stem else (595.276, 841.89)


def remove(folder):
    """Take away what `prepare` and a Server left."""
    shutil.rmtree(folder, ignore_errors=True)
