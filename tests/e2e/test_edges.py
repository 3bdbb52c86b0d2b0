"""HTTP's edges as real clients reach them: curl in all its moods, CUPS that insists on encryption, and rough ones."""

import json
import os
import subprocess
import sys

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation, Status
from tests.e2e import paper, suites
from tests.e2e.bed import ROOT, need, wait_for
from tests.ipp_server.client import Door

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = suites.Server(tmp_path_factory.mktemp("gateway"), body_idle=5, log_format="json")
    try:
        running.add_queues()
        yield running
    finally:
        running.stop()


@pytest.fixture
def curl(server, tmp_path):
    """POST a request to the gateway by curl: its HTTP version and status, and what it got."""
    need("curl")

    def run(body, *options, scheme="http", path="/ipp/print/held"):
        (tmp_path / "request").write_bytes(body)
        words = ["curl", "-sk", "--max-time", "30", "-o", tmp_path / "answer", "-w", "%{http_version} %{http_code}"]
        words += ["-H", "Content-Type: application/ipp", *options, f"{scheme}://{server.authority}{path}"]
        (tmp_path / "answer").write_bytes(b"")
        done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        return done.stdout, (tmp_path / "answer").read_bytes()

    return run


def request(server, operation=Operation.PRINT_JOB, *extra, document=b""):
    return encode(Door(server.port).operation(operation, *extra)) + document


DATA = ("--data-binary", "@request")
MOODS = {
    "as it is": (DATA, "1.1"),
    "HTTP/1.0": (("-0", *DATA), "1"),
    "an offer of HTTP/2": (("--http2", *DATA), "1.1"),
    "leave asked for": (("-H", "Expect: 100-continue", *DATA), "1.1"),
    "in chunks": (("-H", "Transfer-Encoding: chunked", *DATA), "1.1"),
    "in chunks, with leave": (("-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue", *DATA), "1.1"),
    "uploaded": (("-T", "request", "-X", "POST"), "1.1"),
    "answers compressed if need be": (("--compressed", *DATA), "1.1"),
    "a host with a dot": (("-H", "Host: print.example.com.", *DATA), "1.1"),
    "through a proxy's eyes": (("--request-target", "http://print.example.com:631/ipp/print/held", *DATA), "1.1"),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("options", "version"), MOODS.values(), ids=MOODS)
def test_curl_prints(server, curl, options, version, scheme):
    body = request(server, document=paper.pdf())
    said, answer = curl(body, *options, scheme=scheme)
    assert said == f"{version} 200"
    message, rest = decode(answer)
    assert (Status(message.code), rest) == (Status.SUCCESSFUL_OK, b"")
    assert message.group(GroupTag.JOB).integer("job-id") > 0


def test_who_speaks_http_2_at_once_is_refused(server, curl):
    said, _ = curl(request(server), "--http2-prior-knowledge", *DATA)
    assert said in ("0 000", "2 000")
    assert curl(request(server, document=paper.pdf()), *DATA)[0] == "1.1 200"


def test_a_large_refusal_is_heard_by_who_uploads(server, curl):
    """The answer to a document that is refused comes through, though the client is still sending."""
    kind = build.mime("document-format", "application/vnd.acme")
    body = request(server, Operation.PRINT_JOB, kind, document=bytes(30_000_000))
    for options in (DATA, ("-H", "Expect:", *DATA), ("-H", "Transfer-Encoding: chunked", *DATA)):
        said, answer = curl(body, *options)
        assert said == "1.1 200"
        assert decode(answer)[0].code == Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED


@pytest.mark.parametrize("options", [("-E",), ("-E", "-C"), ("-E", "-L"), ("-E", "-V", "1.1")])
def test_ipptool_goes_on_over_tls(server, tmp_path, options):
    need("ipptool")
    documents = suites.prepare(tmp_path / "ipptool")
    outcome = suites.run(documents, server.uri("held"), "print-job", options)
    assert outcome.passed
    assert not outcome.failed, outcome.words


def test_cups_prints_to_a_uri_that_requires_encryption(gateway, cups, papers):
    cups.add("required", "ipp://localhost:8631/ipp/print/open?encryption=required")
    cups.print("required", papers / "three.pdf", title="required")
    wait_for(lambda: not cups.waiting("required"), "the job to leave", 20)
    said = cups.machine.run("lpstat", "-l", "-W", "completed", "-o", "required").stdout
    assert "aborted" not in said, cups.error_log()[-8000:]
    assert gateway.held(title="required")["pages"] == 3


def test_nothing_of_this_was_a_fault(server):
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert lines
    assert [line for line in lines if line["level"] in ("warning", "error")] == []
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
@pytest.mark.timeout(420)
def test_rough_clients_do_no_harm():
    """The shortest run of scripts/prove_robustness.py."""
    words = [sys.executable, "scripts/prove_robustness.py", "--seconds", "6", "--crowd", "300", "--dry"]
    done = subprocess.run(words, check=False, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
