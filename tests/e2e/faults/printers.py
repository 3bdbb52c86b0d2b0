"""Printers that outlive the gateway: an IPP printer that follows a script, and a raw port. They count what they print."""

import asyncio
import contextlib
import ctypes
import hashlib
import os
import re
import socketserver
import threading
from dataclasses import dataclass

from aiohttp import web

from ipp import build
from ipp.codec import Decoder, encode
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message

PAGE = re.compile(rb"/Type/Page/")
PRINT_ONLY = (Operation.PRINT_JOB,)
CREATE_AND_SEND = (Operation.PRINT_JOB, Operation.CREATE_JOB, Operation.SEND_DOCUMENT)


@dataclass
class Printed:
    """A document that came out."""

    name: str
    sha256: str
    size: int
    impressions: int
    job_id: int = 0


@dataclass
class _Job:
    name: str
    state: JobState = JobState.PENDING
    reasons: str = "job-incoming"
    impressions: int = 0
    polls: int = 0


class Paper:
    """Takes a document as it comes, page by page."""

    def __init__(self):
        self._digest, self.size, self.pages, self._rest = hashlib.sha256(), 0, 0, b""

    def add(self, data):
        self._digest.update(data)
        self.size += len(data)
        # A page's mark may lie across two pieces.
        seen = self._rest + data
        self.pages += len(PAGE.findall(seen))
        self._rest = seen[-10:]

    def printed(self, name, job_id=0):
        return Printed(name, self._digest.hexdigest(), self.size, self.pages, job_id)


class _Out:
    """What came out of a printer."""

    def __init__(self):
        self.out = []

    def of(self, document):
        """Prints of a document, whole or in part."""
        return [printed for printed in self.out if printed.name == document.title]


class IppPrinter(_Out):
    """An IPP printer in a thread of its own. What it is told to do wrong stands in its fields."""

    def __init__(self, operations=CREATE_AND_SEND, host="127.0.0.1", network=None):
        """`network` is the name of a network namespace in which it listens at `host`."""
        super().__init__()
        self._host, self._network = host, network
        self.operations = operations
        self.forget()
        self._jobs = {}
        self._loop = asyncio.new_event_loop()
        begun = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(begun,), daemon=True)
        self._thread.start()
        assert begun.wait(10)
        self.uri = f"ipp://{self._host}:{self.port}/ipp/print"

    def forget(self):
        """Be a good printer again."""
        self.reset_after = None
        """Bytes of a document after which it breaks the connection."""
        self.silent = set()
        """Operations that are never answered."""
        self.unanswered = set()
        """Operations that are done, and their answer lost."""
        self.busy = {}
        """How often an operation is refused as busy."""
        self.refuses = {}
        """Operations refused with a status."""
        self.script = ()
        """(state, impressions, reasons) at each question about a job; afterwards it is complete."""
        self.holding = False
        """Whether jobs stay processing."""

    def _run(self, begun):
        if self._network:
            with open(f"/run/netns/{self._network}", "rb") as entry:
                # This thread alone moves there.
                assert ctypes.CDLL(None, use_errno=True).setns(entry.fileno(), 0) == 0, os.strerror(ctypes.get_errno())
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        begun.set()
        self._loop.run_forever()

    async def _start(self):
        application = web.Application(client_max_size=1 << 40)
        application.router.add_post("/ipp/print", self._handle)
        self._runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, 0).start()
        self.port = self._runner.addresses[0][1]

    def end(self):
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _handle(self, request):
        decoder, message, paper = Decoder(), None, Paper()
        async for piece in request.content.iter_any():
            if message is None:
                message = decoder.feed(piece)
                piece = decoder.rest if message else b""  # noqa: PLW2901
            if message is not None and piece:
                paper.add(piece)
            if self.reset_after is not None and paper.size > self.reset_after:
                request.transport.abort()
                return web.Response()
        operation = Operation(message.code)
        if operation in self.silent:
            await asyncio.sleep(600)
        status, groups = self._done(operation, message, paper)
        if operation in self.unanswered:
            request.transport.abort()
            return web.Response()
        first = [build.charset("attributes-charset", "utf-8"), build.language("attributes-natural-language", "en")]
        answer = Message((2, 0), status, message.request_id, [Group(GroupTag.OPERATION, first), *groups])
        return web.Response(body=encode(answer), content_type="application/ipp")

    def _done(self, operation, message, paper):
        if self.busy.get(operation, 0):
            self.busy[operation] -= 1
            return Status.SERVER_ERROR_BUSY, []
        if operation in self.refuses:
            return self.refuses[operation], []
        first = message.group(GroupTag.OPERATION)
        if operation is Operation.GET_PRINTER_ATTRIBUTES:
            return Status.SUCCESSFUL_OK, [Group(GroupTag.PRINTER, self._about())]
        if operation in (Operation.CREATE_JOB, Operation.PRINT_JOB):
            number = len(self._jobs) + 1
            self._jobs[number] = _Job(first.string("job-name"))
        else:
            number = first.integer("job-id")
            if number not in self._jobs:
                return Status.CLIENT_ERROR_NOT_FOUND, []
        job = self._jobs[number]
        if operation in (Operation.SEND_DOCUMENT, Operation.PRINT_JOB):
            job.state, job.reasons = JobState.PROCESSING, "job-printing"
            # From here on nothing holds the paper back.
            printed = paper.printed(job.name, number)
            self.out.append(printed)
            job.impressions = printed.impressions
        elif operation is Operation.CANCEL_JOB and job.state < JobState.CANCELED:
            job.state, job.reasons = JobState.CANCELED, "job-canceled-by-user"
        return Status.SUCCESSFUL_OK, [Group(GroupTag.JOB, self._told(number, job, operation))]

    def _told(self, number, job, operation):
        state, impressions, reasons = job.state, 0, job.reasons
        if operation is Operation.GET_JOB_ATTRIBUTES and state is JobState.PROCESSING:
            if job.polls < len(self.script):
                state, impressions, reasons = self.script[job.polls]
                if state in (JobState.CANCELED, JobState.ABORTED):
                    job.state, job.reasons, job.impressions = state, reasons, impressions
            elif not self.holding:
                job.state, job.reasons = JobState.COMPLETED, "job-completed-successfully"
            job.polls += 1
        if job.state >= JobState.CANCELED:
            state, reasons = job.state, job.reasons
            impressions = job.impressions
        return [
            build.integer("job-id", number),
            build.uri("job-uri", f"{self.uri}/{number}"),
            build.enum("job-state", state),
            build.keyword("job-state-reasons", reasons),
            build.integer("job-impressions-completed", impressions),
        ]

    def _about(self):
        return [
            build.text("printer-make-and-model", "Scripted Printer"),
            build.enum("printer-state", 3),
            build.keyword("printer-state-reasons", "none"),
            build.mime("document-format-supported", "application/pdf", "application/octet-stream"),
            build.keyword("ipp-versions-supported", "1.1", "2.0"),
            build.keyword("sides-supported", "one-sided"),
            build.boolean("color-supported", True),
            build.keyword("job-creation-attributes-supported", "copies", "sides", "media"),
            build.enum(
                "operations-supported",
                *self.operations,
                Operation.VALIDATE_JOB,
                Operation.CANCEL_JOB,
                Operation.GET_JOB_ATTRIBUTES,
                Operation.GET_JOBS,
                Operation.GET_PRINTER_ATTRIBUTES,
            ),
        ]


UEL = b"\x1b%-12345X"
_JOB_NAME = re.compile(rb'@PJL JOB NAME="([^"]*)"')


class RawPrinter(_Out):
    """A raw port that keeps what is sent between PJL's words; it `talks`, or takes and says nothing."""

    def __init__(self, *, talks=True):
        super().__init__()
        self.talks, self.cuts_after, self.deaf = talks, None, False
        self.counter = 1000
        printer = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    printer._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Connection)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.port = self._server.server_address[1]
        self.uri = f"socket://127.0.0.1:{self.port}?format=application/pdf&color=true"

    def end(self):
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection):
        head, paper, asked = b"", None, 0
        while data := connection.recv(65536):
            if paper is None:
                head += data
                asked = self._told(connection, head, asked)
                language, _, begun = head.partition(b"ENTER LANGUAGE=PDF\r\n")
                if not begun and b"ENTER LANGUAGE" not in head:
                    continue
                name, paper, data = _JOB_NAME.search(language)[1].decode(), Paper(), begun
                rest = b""
            # The end mark may be cut in two: so much is kept back until more comes.
            rest += data
            document, mark, _ = rest.partition(UEL)
            if mark:
                paper.add(document)
                self._finished(connection, name, paper)
                head, paper, asked = b"", None, 0
                continue
            paper.add(rest[: -len(UEL)])
            rest = rest[-len(UEL) :]
            if self.cuts_after is not None and paper.size > self.cuts_after:
                break
        if paper is not None:
            # Printers of this kind print what they got.
            paper.add(rest)
            self.out.append(paper.printed(name))

    def _told(self, connection, head, asked):
        questions = re.findall(rb"@PJL INFO (\w+)", head)
        for subject in questions[asked:]:
            words = {
                b"STATUS": 'CODE=10001\r\nDISPLAY="Ready"\r\nONLINE=TRUE',
                b"PAGECOUNT": f"PAGECOUNT={self.counter}",
                b"ID": '"Raw Printer"',
            }.get(subject)
            if self.talks and words:
                connection.sendall(b"@PJL INFO " + subject + b"\r\n" + words.encode() + b"\r\n\f")
        return len(questions)

    def _finished(self, connection, name, paper):
        printed = paper.printed(name)
        self.out.append(printed)
        self.counter += printed.impressions
        if self.talks and not self.deaf:
            connection.sendall(
                f'@PJL USTATUS JOB\r\nEND\r\nNAME="{name}"\r\nPAGES={printed.impressions}\r\n\f'.encode()
            )


class TrialPrinter:
    """What the built-in trial printer of a home kept."""

    def __init__(self, home):
        self._folder = home / "trial-printer"

    def of(self, document):
        found = []
        for path in sorted(self._folder.glob(f"*-{document.title}.pdf")):
            paper = Paper()
            with path.open("rb") as kept:
                while data := kept.read(1 << 20):
                    paper.add(data)
            found.append(paper.printed(document.title))
        return found

    def end(self):
        """Nothing runs."""
