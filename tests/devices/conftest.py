"""Simulated printers, with the faults that real ones show: an IPP printer and a raw port that may talk PJL."""

import asyncio
import re
from contextlib import suppress

import pytest
from aiohttp import web

from devices.outgoing import Outgoing
from devices.settings import Settings
from ipp import build
from ipp.codec import Decoder, encode
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message

UEL = b"\x1b%-12345X"


class Recorder:
    """A watch that writes down what it is told."""

    def __init__(self):
        self.calls = []
        self.fail_on = None
        self.when_told = {}

    async def _told(self, *call):
        self.calls.append(call)
        if call[0] in self.when_told:
            self.when_told[call[0]]()
        if call[0] == self.fail_on:
            raise RuntimeError(f"no {call[0]}")

    async def before_first_byte(self):
        await self._told("before")

    async def created(self, device_job_id):
        await self._told("created", device_job_id)

    async def after_last_byte(self):
        await self._told("after")

    async def progress(self, impressions, state, reasons):
        await self._told("progress", impressions, state, reasons)

    @property
    def names(self):
        return [call[0] for call in self.calls if call[0] != "progress"]


class IppPrinter:
    """An IPP printer that follows a script; `seen` has (operation, version, operation group, job group, document)."""

    def __init__(self):
        self.seen = []
        self.headers = []
        self.versions = {(1, 0), (1, 1), (2, 0)}
        self.refuse_version_with = "status"
        self.operations = [0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0B, 0x3C]
        self.attributes = [
            build.text("printer-make-and-model", "Test Printer"),
            build.mime("document-format-supported", "application/pdf", "application/octet-stream"),
            build.keyword("job-creation-attributes-supported", "copies", "sides"),
            build.enum("printer-state", 3),
            build.keyword("printer-state-reasons", "toner-low-warning"),
            build.text("printer-state-message", "Ready\x07 to\nprint"),
        ]
        # One row for each poll of a job, the last again and again: (job-state, impressions, reasons).
        self.script = [(9, 3, "job-completed-successfully")]
        self.answers = {}
        self.busy = {}
        self.job_id = 41
        self.polls = 0
        self.sheets = None
        self.drop_document_after = None
        self.drop_answer_to = set()
        self.hang_on = set()
        self.gone = False
        self.canceled = False
        self.http_status = 200
        self.content_type = "application/ipp"
        self.raw_answer = None
        self.authorizations = []

    def operations_seen(self):
        return [operation.name for operation, *_ in self.seen]

    async def handle(self, request):
        self.headers.append(request.headers)
        self.authorizations.append(request.headers.get("Authorization"))
        decoder, message, document = Decoder(), None, b""
        async for piece in request.content.iter_any():
            if message is None:
                message = decoder.feed(piece)
                document = decoder.rest if message else b""
            else:
                document += piece
            if message and self.drop_document_after is not None and len(document) > self.drop_document_after:
                request.transport.abort()
                return web.Response()
        operation = Operation(message.code)
        groups = [message.group(GroupTag.OPERATION), message.group(GroupTag.JOB)]
        self.seen.append((operation, message.version, *groups, document))
        if operation in self.hang_on:
            await asyncio.sleep(30)
        if operation in self.drop_answer_to:
            self.drop_answer_to.discard(operation)
            request.transport.abort()
            return web.Response()
        if self.raw_answer is not None or self.http_status != 200:
            body = self.raw_answer or b""
            return web.Response(status=self.http_status, body=body, content_type=self.content_type)
        if message.version not in self.versions and self.refuse_version_with == "http":
            return web.Response(status=400)
        answer = self.answer(operation, message)
        answer.version = message.version
        return web.Response(body=encode(answer), content_type=self.content_type)

    def answer(self, operation, message):
        status, groups = Status.SUCCESSFUL_OK, []
        left = self.busy.get(operation, 0)
        if message.version not in self.versions:
            status = Status.SERVER_ERROR_VERSION_NOT_SUPPORTED
        elif left:
            self.busy[operation] = left - 1
            status = Status.SERVER_ERROR_BUSY
        elif operation in self.answers:
            status = self.answers[operation]
        elif operation == Operation.GET_PRINTER_ATTRIBUTES:
            operations = build.enum("operations-supported", *self.operations)
            groups.append(Group(GroupTag.PRINTER, [*self.attributes, operations]))
        elif operation == Operation.CANCEL_JOB:
            self.canceled = True
        elif operation == Operation.GET_JOB_ATTRIBUTES and self.gone:
            status = Status.CLIENT_ERROR_NOT_FOUND
        elif operation == Operation.GET_JOB_ATTRIBUTES:
            groups.append(self.job(poll=True))
        elif operation in (Operation.CREATE_JOB, Operation.PRINT_JOB, Operation.SEND_DOCUMENT):
            groups.append(self.job(poll=False))
        first = [
            build.charset("attributes-charset", "utf-8"),
            build.language("attributes-natural-language", "en"),
            build.text("status-message", f"said {status.keyword}"),
        ]
        return Message((2, 0), status, message.request_id, [Group(GroupTag.OPERATION, first), *groups])

    def job(self, *, poll):
        if not poll:
            return Group(GroupTag.JOB, [build.integer("job-id", self.job_id), build.enum("job-state", 5)])
        state, impressions, reasons = self.script[min(self.polls, len(self.script) - 1)]
        if self.canceled and state < 7:
            state, reasons = JobState.CANCELED, "job-canceled-by-user"
        self.polls += 1
        attributes = [
            build.integer("job-id", self.job_id),
            build.enum("job-state", state),
            build.keyword("job-state-reasons", *reasons.split(",")),
        ]
        if impressions is not None:
            attributes.append(build.integer("job-impressions-completed", impressions))
        if self.sheets is not None:
            attributes.append(build.integer("job-media-sheets-completed", self.sheets))
        return Group(GroupTag.JOB, attributes)


class RawPrinter:
    """A raw port. `talks` answers PJL; `fault` is reset, closes-early, never-closes, offline or stalls."""

    def __init__(self):
        self.talks = True
        self.reports_jobs = True
        self.counts = True
        self.fault = ""
        self.end = "END"
        self.extra_end = ""
        self.pages = 3
        self.counter = 1000
        self.jobs = []
        self.connections = 0

    async def serve(self, reader, writer):
        self.connections += 1
        raw = bytearray()
        scanned = 0
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                raw += data
                document = b"%PDF" in raw
                if document and self.fault == "reset":
                    writer.transport.abort()
                    break
                if document and self.fault == "closes-early":
                    break
                if document and self.fault == "stalls":
                    await asyncio.sleep(30)
                if self.talks:
                    scanned = await self.replies(bytes(raw), scanned, writer)
            if self.fault == "never-closes":
                await asyncio.sleep(30)
        if b"%PDF" in raw:
            self.jobs.append(bytes(raw))
        writer.close()

    async def replies(self, raw, scanned, writer):
        for match in re.finditer(rb"@PJL ([^\r\n]*)\r\n", raw[scanned:]):
            line = match[1].decode()
            if line == "INFO STATUS":
                online = "FALSE" if self.fault == "offline" else "TRUE"
                writer.write(b'@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY="READY"\r\nONLINE=%s\r\n\f' % online.encode())
            elif line == "INFO PAGECOUNT" and self.counts:
                writer.write(b"@PJL INFO PAGECOUNT\r\nPAGECOUNT=%d\r\n\f" % self.counter)
            elif line == "INFO ID":
                writer.write(b'@PJL INFO ID\r\n"TESTJET 9100"\r\n\f')
            elif line.startswith("EOJ"):
                self.counter += self.pages
                await self.end_of_job(line, writer)
            scanned_to = scanned + match.end()
        await writer.drain()
        return scanned_to if "scanned_to" in locals() else scanned

    async def end_of_job(self, line, writer):
        if not self.reports_jobs:
            return
        name = line.partition("NAME=")[2].encode()
        writer.write(b"@PJL USTATUS JOB\r\nSTART\r\nNAME=%s\r\n\f" % name)
        for page in range(1, self.pages + 1):
            writer.write(b"@PJL USTATUS PAGE\r\n%d\r\n\f" % page)
        end = f"@PJL USTATUS JOB\r\n{self.end}\r\nNAME={name.decode()}\r\n{self.extra_end}"
        writer.write(end.encode() + b"\f")


@pytest.fixture
def settings(tmp_path):
    """Short waits, so that the tests of faults do not wait as people would."""
    return Settings(
        home=tmp_path,
        connect_timeout=3,
        idle_timeout=1,
        stall_timeout=1,
        follow_limit=20,
        lost_limit=0.5,
        poll_first=0.01,
        poll_last=0.05,
        busy_first=0.01,
        busy_last=0.05,
        busy_limit=0.5,
        reply_timeout=0.3,
        close_timeout=0.3,
        settle_time=0.1,
    )


@pytest.fixture
def watch():
    return Recorder()


@pytest.fixture
async def ipp_printer():
    printer = IppPrinter()
    application = web.Application()
    application.router.add_post("/ipp/print", printer.handle)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    printer.runner = runner
    printer.port = runner.addresses[0][1]
    printer.uri = f"ipp://127.0.0.1:{printer.port}/ipp/print"
    yield printer
    await runner.cleanup()


@pytest.fixture
async def raw_printer():
    printer, tasks = RawPrinter(), set()

    async def serve(reader, writer):
        tasks.add(asyncio.current_task())
        await printer.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    printer.server = server
    printer.uri = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield printer
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def outgoing():
    """Makes an Outgoing from bytes."""

    def make(data=b"%PDF-1.7 three pages", *, sized=True, **changes):
        async def pieces():
            for start in range(0, len(data), 100_000):
                yield data[start : start + 100_000]

        values = {
            "format": "application/pdf",
            "size": len(data) if sized else None,
            "open": pieces,
            "job_name": "Report",
            "user_name": "alice",
            "attributes": (build.integer("copies", 2), build.keyword("output-bin", "top")),
            "impressions": 3,
        }
        return Outgoing(**{**values, **changes})

    return make
