"""A raw printer with PJL: keeps each job, answers INFO, and reports the job's end and the pages that it rasterised.

python -m tests.e2e.sink PORT FOLDER
"""

import re
import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.e2e import pclxl

UEL = b"\x1b%-12345X"
INTERPRETER = (
    "gs",
    "-q",
    "-dSAFER",
    "-dBATCH",
    "-dNOPAUSE",
    "-sDEVICE=pgm",
    "-r4",
    "-sOutputFile=-",
    "-sstdout=%stderr",
)


def impressions(job):
    """How many sides this printer would print: its own count, made from the bytes that came."""
    quantity = re.search(rb"SET QTY *= *(\d+)", job)
    document = re.split(rb"ENTER LANGUAGE *= *\w+\r?\n", job)[-1]
    document = document[: document.index(UEL) + len(UEL)]
    if pclxl.HEAD in document:
        pages = sum(page.copies for page in pclxl.pages(document))
    else:
        with tempfile.NamedTemporaryFile() as kept:
            kept.write(document[: -len(UEL)])
            kept.flush()
            drawn = subprocess.run([*INTERPRETER, kept.name], capture_output=True, timeout=60, check=True)
        pages = len(re.findall(rb"^P2$", drawn.stdout, re.MULTILINE))
    return pages * int(quantity[1] if quantity else 1)


class Connection(socketserver.StreamRequestHandler):
    def say(self, *lines):
        self.wfile.write(b"".join(line.encode() + b"\r\n" for line in lines) + b"\f")

    def handle(self):
        kept, asked = b"", 0
        while data := self.request.recv(65536):
            kept += data
            if b"ENTER LANGUAGE" not in kept:
                for line in re.findall(rb"@PJL INFO (\w+)", kept)[asked:]:
                    asked += 1
                    self.inform(line.decode())
            elif name := re.search(rb'@PJL EOJ NAME *= *("[^"]*")', kept):
                pages = self.server.keep(kept)
                kept = b""
                self.say("@PJL USTATUS JOB", "END", f"NAME={name[1].decode()}", f"PAGES={pages}")

    def inform(self, subject):
        if subject == "STATUS":
            self.say("@PJL INFO STATUS", "CODE=10001", 'DISPLAY="Ready"', "ONLINE=TRUE")
        elif subject == "PAGECOUNT":
            self.say("@PJL INFO PAGECOUNT", f"PAGECOUNT={self.server.counter}")
        elif subject == "ID":
            self.say("@PJL INFO ID", '"Sink 9100"')


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, folder):
        super().__init__(("127.0.0.1", port), Connection)
        self._folder, self._lock = folder, threading.Lock()
        self._jobs, self.counter = 0, 1000

    def keep(self, job):
        """Print a job: keep its bytes, and move the page counter."""
        with self._lock:
            pages = impressions(job)
            self._jobs += 1
            self.counter += pages
            (self._folder / f"{self._jobs:05d}.prn").write_bytes(job)
        return pages


Server(int(sys.argv[1]), Path(sys.argv[2])).serve_forever()
