"""Starts the servers, lets them take turns, and prints the table: `python -m benchmarks.run`."""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import report
from benchmarks.cups import CUPSD, SOCKET_BACKEND, Cupsd, SocketBackend, cupsd_missing
from benchmarks.load import repeat
from benchmarks.messages import ask, request
from benchmarks.report import Result
from benchmarks.scenarios import Sample, Scenario, Setting
from benchmarks.servers import Bare, Printgate, Server, places
from benchmarks.table import SETTINGS


def measure(scenario: Scenario, server: Server, seconds: float) -> Sample:
    """One run; a server that fails is a failed run, not the end of the benchmark."""
    try:
        before = server.processor_time()
        sample = scenario.run(server, seconds)
        if sample.answers:
            each = (server.processor_time() - before) / sample.answers
            sample = replace(sample, note=f"{sample.note}, {each * 1e6:,.0f} µs CPU")
    except (OSError, ValueError, RuntimeError, subprocess.SubprocessError) as error:
        sample = Sample(0, "", 1, f"{type(error).__name__}: {error}")
    words = f"{scenario.name:62} {server.name:12} {sample.value:12,.2f} {scenario.unit:7} {sample.note} {sample.fault}"
    print(words, file=sys.stderr, flush=True)
    return sample


def take_turns(setting: Setting, servers: list[Server], runs: int, seconds: float, results: dict[str, Result]) -> None:
    """Run all scenarios of a setting on all servers, so that a disturbance of the machine hits all alike."""
    wanted = [server for server in servers if any(server.name in row.servers for row in setting.scenarios)]
    for server in servers:
        server.queues = setting.queues
    with contextlib.ExitStack() as stack:
        if not setting.fresh:
            for server in wanted:
                setting.prepare(stack.enter_context(server))
        for scenario in setting.scenarios:
            result = results.setdefault(scenario.name, Result(scenario))
            for _ in range(1 if scenario.once else runs):
                for server in wanted:
                    if server.name not in scenario.servers:
                        continue
                    with contextlib.ExitStack() as once:
                        sample = _not_started(setting, server, once) if setting.fresh else None
                        sample = sample or measure(scenario, server, seconds)
                        result.samples.setdefault(server.name, []).append(sample)


def _not_started(setting: Setting, server: Server, once: contextlib.ExitStack) -> Sample | None:
    """Start a server for one run; one that does not start is a failed run."""
    try:
        setting.prepare(once.enter_context(server))
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return Sample(0, "", 1, str(error))
    return None


def cupsd_version() -> str:
    """What cupsd calls itself."""
    missing = cupsd_missing()
    if missing:
        return f"not measured: {missing}"
    found = re.search(rb"CUPS v(\d+(?:\.\d+)+)|CUPS/(\d+(?:\.\d+)+)", Path(CUPSD).read_bytes())
    return (found[1] or found[2]).decode() if found else "version unknown"


def run(wanted: str, runs: int, seconds: float, port: int) -> tuple[dict[str, Result], str]:
    """Measure the settings whose names match; the results, and the machine's load before and after."""
    results: dict[str, Result] = {}
    before = os.getloadavg()[0]
    with places() as (disk, memory):
        gateway = Printgate(port, disk)
        gateway.prepare()
        bare = Bare(port + 10, gateway.certificate)
        servers: list[Server] = [bare, gateway]
        if not cupsd_missing():
            servers.insert(1, Cupsd(port + 20, memory / "cups"))
        if os.path.exists(SOCKET_BACKEND):
            servers.insert(1, SocketBackend(memory))
        with gateway:
            bare.answer = repeat(gateway.address, request(gateway.uri, ask(gateway.uri)), most=1, warm=0).longest_answer
        for setting in SETTINGS:
            if re.search(wanted, setting.name, re.IGNORECASE):
                take_turns(setting, servers, runs, seconds, results)
    return results, f"{before:.1f} before, {os.getloadavg()[0]:.1f} after"


def main() -> int:
    """Read the command line, measure, write; 1 if an answer was wrong."""
    top = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    top.add_argument("--only", default="", metavar="REGEX", help="settings to measure, by their names")
    top.add_argument("--runs", type=int, default=3, help="runs of each scenario (default 3)")
    top.add_argument("--seconds", type=float, default=1.0, help="length of a run (default 1)")
    top.add_argument("--port", type=int, default=24100, help="first of thirty ports on loopback")
    top.add_argument("--write", type=Path, metavar="FILE", help="where the whole document goes, in place of the table")
    given = top.parse_args()
    # Whoever stops the benchmark stops the servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    results, load = run(given.only, given.runs, given.seconds, given.port)
    if given.write:
        when = time.strftime("%Y-%m-%d", time.gmtime())
        given.write.write_text(
            report.document(
                results, runs=given.runs, seconds=given.seconds, when=when, cupsd=cupsd_version(), load=load
            ),
            "utf-8",
        )
    else:
        print(report.table(results))
    return 1 if any(result.failed for result in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
