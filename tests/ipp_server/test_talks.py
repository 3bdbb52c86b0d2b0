"""Each client family is at home: its conversation goes as it is used to, on a queue that holds and on one that prints."""

import contextlib
import http.client
import socket

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, JobState, Operation, Status
from ipp.message import Group, Message
from tests.e2e.suites import raster
from tests.ipp_server import talks
from tests.ipp_server.client import CHARSET, LANGUAGE, PDF, TRUSTING

PWG = raster("onepage-a4-sgray-8-150dpi")
TALKS = [
    talks.cups(PDF),
    talks.libcups3(PDF),
    talks.ios(PDF),
    talks.ios_raster(PDF),
    talks.macos(PDF),
    talks.android(PWG),
    talks.windows(PWG),
    talks.windows_old(PDF, (1, 0)),
    talks.windows_old(PDF, (1, 1)),
    talks.chromeos(PDF),
]
FINE = (Status.SUCCESSFUL_OK, Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES)


class Line:
    """One connection kept alive, speaking HTTP as the talk does."""

    def __init__(self, talk, port, queue):
        self.talk, self.queue, self.port = talk, queue, port
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket = TRUSTING.wrap_socket(plain, server_hostname="localhost") if talk.tls else plain
        self.reader = self.socket.makefile("rb")
        self.number = 0
        self.said_to_go_on = 0

    @property
    def authority(self):
        return f"{self.talk.host}:{self.port}"

    def message(self, step):
        scheme = "ipps" if self.talk.tls else "ipp"
        uri = f"{scheme}://{self.authority}/ipp/print/{self.queue}"
        first = [CHARSET, LANGUAGE, build.uri("printer-uri", uri)]
        if step.of_job:
            first.append(build.integer("job-id", self.number))
        first.append(build.name("requesting-user-name", self.talk.user))
        groups = [Group(GroupTag.OPERATION, [*first, *step.extra])]
        if step.template:
            groups.append(Group(GroupTag.JOB, list(step.template)))
        return encode(Message(self.talk.version, step.operation, 41, groups))

    def ask(self, step):
        attributes = self.message(step)
        fields = {"Host": self.authority, "User-Agent": self.talk.agent, "Content-Type": "application/ipp"}
        fields |= self.talk.headers
        chunked = self.talk.chunked and bool(step.document)
        fields |= (
            {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": len(attributes) + len(step.document)}
        )
        if self.talk.expects:
            fields["Expect"] = "100-continue"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"POST /ipp/print/{self.queue} HTTP/1.1\r\n{head}\r\n".encode())
        # libcups sends the attributes unasked, and its document after a word or a second.
        for part in (attributes, step.document):
            if part:
                self.socket.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        if chunked:
            self.socket.sendall(b"0\r\n\r\n")
        return self._answer()

    def _answer(self):
        while True:
            status = int(self.reader.readline().split()[1])
            fields = http.client.parse_headers(self.reader)
            if status != 100:
                break
            self.said_to_go_on += 1
        assert status == 200, status
        assert fields["Content-Type"] == "application/ipp"
        body = self.reader.read(int(fields["Content-Length"])) if fields["Content-Length"] else self._chunks()
        message, rest = decode(body)
        assert rest == b""
        return message

    def _chunks(self):
        body = b""
        while size := int(self.reader.readline(), 16):
            body += self.reader.read(size)
            self.reader.readline()
        self.reader.readline()
        return body

    def close(self):
        self.reader.close()
        self.socket.close()


def replay(talk, port, queue):
    """Speak it to the end; returns the line and every answer."""
    with contextlib.closing(Line(talk, port, queue)) as line:
        answers = []
        for step in talk.steps:
            answer = line.ask(step)
            status = Status(answer.code)
            words = answer.group(GroupTag.OPERATION).string("status-message")
            assert status in FINE, (talk.name, step.operation, status, words)
            assert answer.version == talk.version and answer.request_id == 41
            told = answer.group(GroupTag.PRINTER) or answer.group(GroupTag.JOB)
            for name in step.wanted:
                assert told.get(name) is not None, (talk.name, step.operation, name)
            if step.operation in (Operation.CREATE_JOB, Operation.PRINT_JOB):
                line.number = told.integer("job-id")
                # What the client is told to ask for next must be something that it can reach.
                assert told.string("job-uri").startswith(f"{'ipps' if talk.tls else 'ipp'}://{line.authority}/")
            answers.append(answer)
        return line, answers


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_on_a_queue_that_holds(house, door, talk):
    line, answers = replay(talk, door.port, "held")
    job = house.job(line.number)
    assert job.held and job.pages, job.message
    last = [answer.group(GroupTag.JOB) for answer in answers if answer.group(GroupTag.JOB)][-1]
    # CUPS lets its own job go at this very state; an iPhone shows its PIN.
    assert last.integer("job-state") == JobState.PENDING_HELD
    if talk.expects:
        assert line.said_to_go_on


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.name)
def test_on_a_queue_that_prints_at_once(house, door, talk):
    line, _ = replay(talk, door.port, "direct")
    job = house.job(line.number)
    if job.ticket.job_password:
        assert job.held and "job-password-wait" in job.reasons
    else:
        assert house.ended(line.number).state is JobState.COMPLETED


def test_an_iphone_sees_its_job_wait_for_the_pin(house, door):
    talk = talks.ios(PDF)
    line, answers = replay(talk, door.port, "direct")
    for answer in answers[-3:]:
        told = answer.group(GroupTag.JOB)
        assert told.integer("job-state") == JobState.PENDING_HELD
        assert "job-password-wait" in told.strings("job-state-reasons")
    assert house.job(line.number).pages == 2  # although its table of objects lies


def test_copies_of_an_iphone_are_the_printers(door):
    """With a range of copies an iPhone sends a document once and says how often; without, it sends pages again."""
    _, answers = replay(talks.ios(PDF), door.port, "held")
    copies = answers[0].group(GroupTag.PRINTER).first("copies-supported")
    assert copies.lower == 1 and copies.upper > 1


def test_cups_is_not_told_of_a_cups_version(door):
    """It would take the queue for a CUPS server's, and send no media-col."""
    _, answers = replay(talks.cups(PDF), door.port, "held")
    for answer in answers:
        told = answer.group(GroupTag.PRINTER)
        assert told is None or told.get("cups-version") is None


def test_chromeos_sets_the_printer_up_by_itself(door):
    _, answers = replay(talks.chromeos(PDF), door.port, "held")
    told = answers[0].group(GroupTag.PRINTER)
    assert "ipp-everywhere" in told.strings("ipp-features-supported")
    assert "2.0" in told.strings("ipp-versions-supported")


def test_windows_own_name_of_a_person_is_found(house, door):
    line, _ = replay(talks.windows(PWG), door.port, "held")
    job = house.job(line.number)
    assert job.person_id is not None and job.user_name == "carol"


def test_a_client_of_ipp_1_0_is_answered_in_1_0(door):
    _, answers = replay(talks.windows_old(PDF, (1, 0)), door.port, "held")
    assert {answer.version for answer in answers} == {(1, 0)}
