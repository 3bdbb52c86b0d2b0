"""The server as a process: one for each home, alive and ready, and gone in order when told."""

import json
import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request

import pytest

from .conftest import run, serve_in_vain

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def print_job(port, queue):
    """Print-Job by hand."""

    def attribute(tag, name, value):
        return (
            bytes([tag]) + len(name).to_bytes(2, "big") + name.encode() + len(value).to_bytes(2, "big") + value.encode()
        )

    message = (
        b"\x02\x00\x00\x02\x00\x00\x00\x01\x01"
        + attribute(0x47, "attributes-charset", "utf-8")
        + attribute(0x48, "attributes-natural-language", "en")
        + attribute(0x45, "printer-uri", f"ipp://127.0.0.1:{port}/ipp/print/{queue}")
        + attribute(0x42, "requesting-user-name", "ada")
        + b"\x03"
    )
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/ipp/print/{queue}", message + PDF, {"Content-Type": "application/ipp"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(4)[2:]


def job(home, number, state, limit=20):
    """The job, as soon as it is in that state."""
    end = time.monotonic() + limit
    while True:
        found = json.loads(run(home, "job", "show", str(number), "--json").stdout)
        if found["state"] == state or time.monotonic() > end:
            return found
        time.sleep(0.2)


def test_one_server_for_one_home(tmp_path, serve):
    home = tmp_path / "home"
    server = serve(home)
    assert re.fullmatch(r"ready ipp://127\.0\.0\.1:\d+/ipp/print/follow-me", server.ready)
    second = serve_in_vain(home)
    assert second.returncode == 1 and f"in use by process {server.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr and "ready" not in second.stdout

    assert get(server.port, "/healthz") == (200, "ok\n")
    assert get(server.port, "/readyz") == (200, "[]")
    status, figures = get(server.port, "/metrics")
    assert (
        status == 200
        and 'printgate_jobs_waiting{queue="follow-me"} 0.0' in figures
        and "printgate_connections " in figures
    )
    assert 'printgate_device_state{device="trial",state="idle"} 1.0' in figures

    rows = json.loads(run(home, "device", "list", "--json").stdout)
    assert [row["name"] for row in rows] == ["trial"]
    refused = run(home, "queue", "show", "nowhere")
    assert (refused.returncode, refused.stderr) == (1, "printgate: There is no queue called nowhere.\n")

    status, errors = server.stop()
    assert status == 0 and "Traceback" not in errors
    assert not (home / "control.sock").exists()


def test_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = serve_in_vain(tmp_path / "home", taken.getsockname()[1])
    assert done.returncode == 1 and done.stderr.startswith("printgate: ") and "Traceback" not in done.stderr


def test_without_a_server_the_command_line_takes_the_lock(tmp_path, serve):
    home = tmp_path / "home"
    assert run(home, "user", "add", "ada", "--password-stdin", give="correct horse\n").returncode == 0
    assert (home / "printgate.db").exists()
    shown = run(home, "user", "list")
    assert shown.returncode == 0 and "ada" in shown.stdout and shown.stdout.startswith("id")
    assert run(home, "user", "add", "ada").returncode == 1
    assert run(home, "user", "dance").returncode == 2
    server = serve(home)
    assert "ada" in run(home, "user", "list").stdout
    assert server.stop()[0] == 0


def test_a_wrong_configuration_is_said_in_words(tmp_path):
    done = run(tmp_path, "serve", PRINTGATE_PORT="many")
    assert done.returncode == 1 and done.stderr.startswith("printgate: PRINTGATE_PORT: port cannot be 'many'")


@pytest.fixture
def sink():
    """A raw port that takes what it gets and never says that it has all."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}?pjl=false&format=application/pdf"


def test_stopped_with_a_job_under_way(tmp_path, serve, sink):
    home = tmp_path / "home"
    server = serve(home, PRINTGATE_STOP_LIMIT="1")
    for name, device in (("trial-queue", "trial"), ("slow-queue", "slow")):
        if device == "slow":
            assert run(home, "device", "add", "slow", sink).returncode == 0
        words = ("--kind", "direct", "--device", device, "--trusted-network", "127.0.0.0/8")
        assert run(home, "queue", "add", name, *words).returncode == 0
        assert print_job(server.port, name) == b"\x00\x00"
    assert job(home, 1, "completed")["charge"]["basis"] == "own-count"
    assert job(home, 2, "processing")["device"] == "slow"

    idle = socket.create_connection(("127.0.0.1", server.port))  # a client that keeps its connection
    idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200" in idle.recv(1000)
    slow = socket.create_connection(("127.0.0.1", server.port))  # and one that never ends its request
    slow.sendall(
        b"POST /ipp/print/trial-queue HTTP/1.1\r\nHost: x\r\nContent-Type: application/ipp\r\n"
        b"Content-Length: 100000\r\n\r\n\x02\x00"
    )
    time.sleep(0.3)
    begun = time.monotonic()
    status, errors = server.stop(signal.SIGTERM)
    assert status == 0 and time.monotonic() - begun < 20 and "Traceback" not in errors
    idle.close()
    slow.close()
    again = serve(home)
    assert job(home, 1, "completed")["state"] == "completed"
    lost = job(home, 2, "pending-held")
    assert lost["state"] == "pending-held" and lost["uncertain"] and "may have printed" in lost["message"]
    assert again.stop(signal.SIGINT)[0] == 0


def test_killed_and_started_again(tmp_path, serve):
    home = tmp_path / "home"
    server = serve(home)
    run(home, "queue", "add", "print", "--trusted-network", "127.0.0.0/8")
    assert print_job(server.port, "print") == b"\x00\x00"
    server.process.kill()
    server.process.wait()
    assert (home / "control.sock").exists()
    shown = run(home, "job", "list", "--json")  # the socket is there, but nobody listens
    assert json.loads(shown.stdout)[0]["state"] == "pending-held"
    again = serve(home)
    assert job(home, 1, "pending-held")["state"] == "pending-held"
    assert run(home, "job", "release", "1", "--device", "trial").returncode == 0
    assert job(home, 1, "completed")["impressions_completed"] == 1
    assert again.stop()[0] == 0
    assert os.listdir(home / "trial-printer")
