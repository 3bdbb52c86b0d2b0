"""How each thing is measured: functions that make one run on one server; the table of them is benchmarks.table."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks import load, messages
from benchmarks.cups import SocketBackend
from benchmarks.load import Outcome
from benchmarks.servers import QUEUE, ROOT, Printgate, Server
from benchmarks.sink import Sink

IDLE = 2000
MANY = 1000
MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one scenario on one server."""

    value: float
    note: str = ""
    failed: int = 0
    fault: str = ""
    answers: int = 0
    """Over how many answers the server's processor time is divided; 0 where that would say nothing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the gateway must reach: a figure, a share of another server's, or a share of its own in another scenario."""

    words: str
    least: float | None = None
    most: float | None = None
    of: str = ""
    """Name of a server, or of another scenario of this table."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row. `run` measures a server that `setting` left running."""

    name: str
    unit: str
    run: Callable[[Server, float], Sample]
    goals: tuple[Goal, ...] = ()
    servers: tuple[str, ...] = ("bare aiohttp", "cupsd", "Printgate")
    smaller_is_better: bool = False
    once: bool = False
    """Whether one run is enough: it is long."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Scenarios that share running servers; `fresh` settings start each server anew for every run."""

    name: str
    scenarios: tuple[Scenario, ...]
    fresh: bool = False
    queues: int = 1
    prepare: Callable[[Server], None] = field(default=lambda _: None)


def _rate(outcome: Outcome) -> Sample:
    note = f"p99 {outcome.wait(0.99) * 1000:.1f} ms"
    return Sample(outcome.rate, note, outcome.failed, outcome.fault, len(outcome.waits) + outcome.unmeasured)


def _median_wait(outcome: Outcome) -> Sample:
    note = f"{outcome.longest_answer / 1000:,.0f} kB"
    return Sample(outcome.wait(0.5) * 1000, note, outcome.failed, outcome.fault)


def ask(connections: int, *, tls: bool = False, fresh: bool = False) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        request = messages.request(server.uri, messages.ask(server.uri))
        address = ("127.0.0.1", server.tls_port if tls else server.port)
        return _rate(load.repeat(address, request, connections=connections, seconds=seconds, tls=tls, fresh=fresh))

    return run


def print_jobs(connections: int) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        body = messages.print_job(server.uri) + messages.small_document()
        return _rate(
            load.repeat(server.address, messages.request(server.uri, body), connections=connections, seconds=seconds)
        )

    return run


def count(server: Server, _: float) -> Sample:
    """Jobs counted per second, with nothing else to do: the time until 200 jobs that came at once are all counted."""
    assert isinstance(server, Printgate)
    jobs = 200
    body = messages.print_job(server.uri) + messages.small_document()
    began = time.perf_counter()
    outcome = load.repeat(server.address, messages.request(server.uri, body), connections=16, warm=0, most=jobs)
    while server.uncounted():
        if time.perf_counter() - began > 120:
            return Sample(0, "", 1, "counting does not end")
        time.sleep(0.05)
    return Sample(outcome.answers / (time.perf_counter() - began), "", outcome.failed, outcome.fault)


def _upload(server: Server, megabytes: int, *, chunked: bool = False) -> tuple[Outcome, float]:
    """Send one large document; what became of it, and by how many MB the server grew meanwhile."""
    pieces = [messages.print_job(server.uri), *messages.large_document(megabytes)]
    head = messages.http(server.uri, None if chunked else sum(map(len, pieces)))
    server.forget_peak()
    before = server.memory()
    outcome = load.upload(server.address, head, pieces, chunked=chunked)
    return outcome, max(0, server.memory("VmHWM") - before) / 1e6


def large(megabytes: int, *, chunked: bool = False) -> Callable[[Server, float], Sample]:
    def run(server: Server, _: float) -> Sample:
        outcome, grown = _upload(server, megabytes, chunked=chunked)
        rate = megabytes * MB / 1e6 / outcome.seconds
        return Sample(rate, f"RSS +{grown:.1f} MB", outcome.failed, outcome.fault)

    return run


def growth(megabytes: int) -> Callable[[Server, float], Sample]:
    def run(server: Server, _: float) -> Sample:
        outcome, grown = _upload(server, megabytes)
        return Sample(grown, "", outcome.failed, outcome.fault)

    return run


def list_jobs(requested: tuple[str, ...], limit: int | None = None) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        body = messages.list_jobs(server.uri, requested, limit)
        return _median_wait(load.repeat(server.address, messages.request(server.uri, body), seconds=seconds, warm=0))

    return run


def beside(requested: tuple[str, ...]) -> Callable[[Server, float], Sample]:
    """The p99 of one client's Get-Printer-Attributes while another asks for all jobs without end."""

    def run(server: Server, seconds: float) -> Sample:
        listing = messages.request(server.uri, messages.list_jobs(server.uri, requested, None))
        command = [sys.executable, "-m", "benchmarks.drain", str(server.port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as other:
            assert other.stdin is not None
            other.stdin.write(listing)
            other.stdin.close()
            time.sleep(0.5)
            try:
                request = messages.request(server.uri, messages.ask(server.uri))
                outcome = load.repeat(server.address, request, seconds=seconds * 2)
            finally:
                ended = other.poll()
                other.kill()
        if ended is not None:
            return Sample(0, "", 1, "the client that lists jobs was hung up on")
        note = f"p50 {outcome.wait(0.5) * 1000:.1f} ms"
        return Sample(outcome.wait(0.99) * 1000, note, outcome.failed, outcome.fault)

    return run


def started(server: Server, _: float) -> Sample:
    return Sample(server.started_in)


def resident(server: Server, _: float) -> Sample:
    """Memory once it has answered for its first and its last queue."""
    for uri in (server.uri, f"{server.uri}-{server.queues}"):
        outcome = load.repeat(server.address, messages.request(uri, messages.ask(uri)), warm=0, most=1)
        if outcome.failed:
            return Sample(0, "", outcome.failed, f"{uri}: {outcome.fault}")
    return Sample(server.memory() / 1e6)


def million(server: Server, _: float) -> Sample:
    """Wrong or missing answers among a million."""
    request = messages.request(server.uri, messages.ask(server.uri))
    outcome = load.repeat(server.address, request, connections=512, seconds=300, warm=0, most=1_000_000)
    missing = max(0, 1_000_000 - outcome.answers)
    note = f"{outcome.answers:,} answers in {outcome.seconds:.0f} s, p99 {outcome.wait(0.99) * 1000:.0f} ms"
    return Sample(outcome.failed + missing, note, outcome.failed + missing, outcome.fault)


def forward(megabytes: int) -> Callable[[Server, float], Sample]:
    """How quickly a document arrives at a device, from its first 64 KiB to its end."""

    def run(server: Server, _: float) -> Sample:
        with Sink() as sink:
            if isinstance(server, SocketBackend):
                server.send(messages.large_document(megabytes), sink.port)
            else:
                assert isinstance(server, Printgate)
                server.forward_to(sink.port)
                uri = server.uri.replace(QUEUE, "forward")
                pieces = [messages.print_job(uri, held=False), *messages.large_document(megabytes)]
                outcome = load.upload(server.address, messages.http(uri, sum(map(len, pieces))), pieces, chunked=False)
                if outcome.failed:
                    return Sample(0, "", 1, outcome.fault)
            took = sink.wait(megabytes * MB, 60)
        if not took:
            return Sample(0, "", 1, "the document did not arrive")
        return Sample(megabytes * MB / 1e6 / took)

    return run


def idle(server: Server, _: float) -> Sample:
    request = messages.request(server.uri, messages.ask(server.uri, "printer-state"))
    with load.idle(server.address, request, 50):
        pass  # what the first connections cost once is not what each costs
    before = server.memory()
    with load.idle(server.address, request, IDLE):
        time.sleep(0.5)
        return Sample((server.memory() - before) / IDLE / 1000)


def queue_many(server: Server) -> None:
    """Queue 10,000 jobs, on the gateway with counting held back: it would go on for minutes beside what is measured."""
    if isinstance(server, Printgate):
        server.pause_counting()
    if server.stores:
        body = messages.print_job(server.uri) + messages.small_document(1200)
        request = messages.request(server.uri, body)
        outcome = load.repeat(server.address, request, connections=8, seconds=120, warm=0, most=JOBS)
        if outcome.failed or outcome.answers < JOBS:
            raise RuntimeError(f"{server.name} took {outcome.answers} of {JOBS} jobs: {outcome.fault}")


JOBS = 10_000
