"""What is measured: one row per scenario, each with the servers it runs on and the goal it is held to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks import load, messages
from benchmarks.load import Outcome
from benchmarks.servers import Printgate, Server

IDLE = 2000
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


@dataclass(frozen=True, slots=True)
class Setting:
    """Scenarios that share running servers; `fresh` settings start each server anew for every run."""

    name: str
    scenarios: tuple[Scenario, ...]
    fresh: bool = False
    prepare: Callable[[Server], None] = field(default=lambda _: None)


def _rate(outcome: Outcome) -> Sample:
    note = f"p99 {outcome.wait(0.99) * 1000:.1f} ms"
    return Sample(outcome.rate, note, outcome.failed, outcome.fault, len(outcome.waits) + outcome.unmeasured)


def _median_wait(outcome: Outcome) -> Sample:
    note = f"{outcome.longest_answer / 1000:,.0f} kB"
    return Sample(outcome.wait(0.5) * 1000, note, outcome.failed, outcome.fault)


def _ask(connections: int, *, tls: bool = False, fresh: bool = False) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        request = messages.request(server.uri, messages.ask(server.uri))
        address = ("127.0.0.1", server.tls_port if tls else server.port)
        return _rate(load.repeat(address, request, connections=connections, seconds=seconds, tls=tls, fresh=fresh))

    return run


def _print(connections: int) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        body = messages.print_job(server.uri) + messages.small_document()
        return _rate(
            load.repeat(server.address, messages.request(server.uri, body), connections=connections, seconds=seconds)
        )

    return run


def _count(server: Server, _: float) -> Sample:
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


def _large(megabytes: int, *, chunked: bool = False) -> Callable[[Server, float], Sample]:
    def run(server: Server, _: float) -> Sample:
        outcome, grown = _upload(server, megabytes, chunked=chunked)
        rate = megabytes * MB / 1e6 / outcome.seconds
        return Sample(rate, f"RSS +{grown:.1f} MB", outcome.failed, outcome.fault)

    return run


def _growth(megabytes: int) -> Callable[[Server, float], Sample]:
    def run(server: Server, _: float) -> Sample:
        outcome, grown = _upload(server, megabytes)
        return Sample(grown, "", outcome.failed, outcome.fault)

    return run


def _list(requested: tuple[str, ...], limit: int | None = None) -> Callable[[Server, float], Sample]:
    def run(server: Server, seconds: float) -> Sample:
        body = messages.list_jobs(server.uri, requested, limit)
        return _median_wait(load.repeat(server.address, messages.request(server.uri, body), seconds=seconds, warm=0))

    return run


def _idle(server: Server, _: float) -> Sample:
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
_KEEPS = ("cupsd", "Printgate")
_LEAST_OF_CUPSD = Goal("≥ 1.0 × cupsd", least=1.0, of="cupsd")
_ASKED = "Get-Printer-Attributes, 16 connections"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "Get-Printer-Attributes, all attributes",
        (
            Scenario("Get-Printer-Attributes, 1 connection", "req/s", _ask(1)),
            Scenario(_ASKED, "req/s", _ask(16), (_LEAST_OF_CUPSD,)),
            Scenario("Get-Printer-Attributes, 128 connections", "req/s", _ask(128), (_LEAST_OF_CUPSD,)),
            Scenario(
                "Get-Printer-Attributes, a connection each, 16 at once",
                "req/s",
                _ask(16, fresh=True),
                (Goal("≥ 0.9 × cupsd", least=0.9, of="cupsd"),),
            ),
            Scenario(
                "Get-Printer-Attributes over TLS, 16 connections", "req/s", _ask(16, tls=True), (_LEAST_OF_CUPSD,)
            ),
            Scenario(
                "Get-Printer-Attributes, a TLS connection each, 16 at once",
                "req/s",
                _ask(16, tls=True, fresh=True),
                (Goal("≥ 2 × cupsd", least=2.0, of="cupsd"),),
            ),
        ),
    ),
    Setting(
        "Print-Job, a PDF of 20 kB, counted beside",
        (
            Scenario("Print-Job 20 kB, 1 connection", "jobs/s", _print(1)),
            Scenario("Print-Job 20 kB, 16 connections", "jobs/s", _print(16), (Goal("≥ 2,000", least=2000),)),
            Scenario("Print-Job 20 kB, 64 connections", "jobs/s", _print(64)),
        ),
        fresh=True,
    ),
    Setting(
        "Print-Job, counting held back",
        (
            Scenario("Print-Job 20 kB, 1 connection, not counted yet", "jobs/s", _print(1), servers=("Printgate",)),
            Scenario(
                "Print-Job 20 kB, 16 connections, not counted yet",
                "jobs/s",
                _print(16),
                (Goal("≥ 2,000", least=2000),),
                servers=("Printgate",),
            ),
            Scenario("Print-Job 20 kB, 64 connections, not counted yet", "jobs/s", _print(64), servers=("Printgate",)),
        ),
        fresh=True,
        prepare=lambda server: server.pause_counting() if isinstance(server, Printgate) else None,
    ),
    Setting(
        "Counting alone",
        (Scenario("Documents of 20 kB counted", "jobs/s", _count, servers=("Printgate",)),),
        fresh=True,
    ),
    Setting(
        "One large document",
        (
            Scenario("100 MB", "MB/s", _large(100), (Goal("≥ 0.5 × cupsd", least=0.5, of="cupsd"),)),
            Scenario("100 MB, chunked", "MB/s", _large(100, chunked=True)),
            Scenario("1 GB", "MB/s", _large(1000)),
            Scenario("1 GB, chunked", "MB/s", _large(1000, chunked=True)),
            Scenario(
                "Memory while 100 MB come",
                "MB more",
                _growth(100),
                (Goal("≤ 16 MB", most=16),),
                smaller_is_better=True,
            ),
        ),
        fresh=True,
    ),
    Setting(
        "10,000 jobs queued",
        (
            Scenario(
                "Get-Jobs of 10,000, default attributes",
                "ms",
                _list(()),
                (Goal("≤ 1.0 × cupsd", most=1.0, of="cupsd"),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Jobs of 10,000, all attributes",
                "ms",
                _list(("all",)),
                (Goal("≤ 1.0 × cupsd", most=1.0, of="cupsd"),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Jobs of 10,000, limit 50, seven attributes",
                "ms",
                _list(messages.SOME, 50),
                (Goal("≤ 2 ms", most=2.0),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Printer-Attributes, 16 connections, 10,000 jobs queued",
                "req/s",
                _ask(16),
                (Goal("≥ 0.9 × its own without jobs", least=0.9, of=_ASKED),),
                servers=_KEEPS,
            ),
        ),
        prepare=queue_many,
    ),
    Setting(
        "Idle connections",
        (
            Scenario(
                f"Each of {IDLE:,} idle connections",
                "kB",
                _idle,
                (Goal("≤ 18 kB", most=18.0),),
                smaller_is_better=True,
            ),
        ),
        fresh=True,
    ),
)
