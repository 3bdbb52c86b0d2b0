"""The table: figures of all servers side by side, the goals, and whether they were met."""

import platform
import statistics
from dataclasses import dataclass, field

from benchmarks.scenarios import Goal, Sample, Scenario

_COLUMNS = {"bare aiohttp": ("bare aiohttp",), "CUPS": ("cupsd", "socket backend"), "Printgate": ("Printgate",)}
"""Headings, and the servers whose figures stand below them."""


@dataclass(slots=True)
class Result:
    """What all runs of one scenario saw, by server."""

    scenario: Scenario
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def median(self, server: str) -> float | None:
        """The middle of the runs."""
        values = [sample.value for sample in self.samples.get(server, ())]
        return statistics.median(values) if values else None

    @property
    def failed(self) -> int:
        """Wrong or missing answers of all runs."""
        return sum(sample.failed for samples in self.samples.values() for sample in samples)


def met(goal: Goal, result: Result, results: dict[str, Result]) -> tuple[str, bool | None]:
    """Hold a result against a goal: the figure that counts, and whether it is good enough (None: cannot be said)."""
    own = result.median("Printgate")
    if own is None:
        return "not measured", None
    if not goal.of:
        return _number(own), _holds(goal, own)
    other = results[goal.of].median("Printgate") if goal.of in results else result.median(goal.of)
    if not other:
        return "nothing to compare with", None
    share = own / other
    return f"{share:.2f} ×", _holds(goal, share)


def _holds(goal: Goal, value: float) -> bool:
    return (goal.least is None or value >= goal.least) and (goal.most is None or value <= goal.most)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cell(samples: list[Sample]) -> str:
    if not samples:
        return "–"
    values = sorted(sample.value for sample in samples)
    middle = statistics.median(values)
    note = next((sample.note for sample in samples if sample.value == middle), samples[0].note)
    failed = sum(sample.failed for sample in samples)
    words = f"**{_number(middle)}** ({_number(values[0])}–{_number(values[-1])})"
    words += f"; {note}" if note else ""
    return words + (f"; **{failed} failed: {next(s.fault for s in samples if s.fault)}**" if failed else "")


def table(results: dict[str, Result]) -> str:
    """The table in Markdown."""
    lines = [
        "| scenario | unit | " + " | ".join(_COLUMNS) + " | goal | reached |",
        "|---|---|" + "---|" * len(_COLUMNS) + "---|---|",
    ]
    for result in results.values():
        cells = [
            _cell([sample for server in servers for sample in result.samples.get(server, [])])
            for servers in _COLUMNS.values()
        ]
        goals, reached = [], []
        for goal in result.scenario.goals:
            figure, good = met(goal, result, results)
            goals.append(goal.words)
            reached.append(f"{figure} {'' if good is None else 'met' if good else '**not met**'}".strip())
        row = [result.scenario.name, result.scenario.unit, *cells, ", ".join(goals) or "–", ", ".join(reached) or "–"]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def document(results: dict[str, Result], *, runs: int, seconds: float, when: str, cupsd: str, load: str) -> str:
    """The whole of docs/performance.md."""
    goals = [met(goal, result, results) for result in results.values() for goal in result.scenario.goals]
    good, bad = (sum(outcome is wanted for _, outcome in goals) for wanted in (True, False))
    failed = sum(result.failed for result in results.values())
    return _DOCUMENT.format(
        when=when,
        python=platform.python_version(),
        system=platform.platform(),
        runs=runs,
        seconds=f"{seconds:g}",
        cupsd=cupsd,
        load=load,
        failed=failed,
        good=good,
        bad=bad,
        missing=len(goals) - good - bad,
        table=table(results),
    )


_DOCUMENT = """# Performance

Written by `scripts/prove performance` on {when}; not edited by hand.

A two-core machine that is shared with others (Python {python}, {system}).
**Only ratios inside one run mean anything.** The load generator and the server share the two cores.
Load average of the machine: {load} (the benchmark itself makes between one and two of it).

* Each figure is the **median** of {runs} runs of {seconds} s (smallest–largest), the servers taking turns in each run;
  the million requests are sent once.
* *CPU* is the processor time of the server's own process per answer: the figure that other load on the machine moves
  least.
* Each answer is checked for HTTP and IPP status, length and its last octet. Wrong or missing answers: **{failed}**.
* *bare aiohttp* is a handler that reads the request and gives one fixed answer of the same length: what the HTTP
  library alone can do on this machine. It stores nothing.
* *cupsd* ({cupsd}) keeps its spool in memory and syncs nothing. Printgate keeps documents encrypted on disk, and has
  synced document and job to it before it answers.
* Print-Job goes to a follow-me queue that believes the names of its network, with the spool on disk. *Counted beside*
  is the gateway as it is: documents are opened and counted, in processes of their own and at lower priority, while
  others come in. As long as jobs come one after the other, those that nobody waits for yet are counted one at a time
  with rests of half a second; the others follow when it is quieter. *Not counted yet* is the acceptance alone: the
  process that counts is held still meanwhile.
* To port 9100 goes a PDF that the device takes as it is. The figure is of the document's way over the wire, from its
  first 64 KiB to its end; the gateway decrypts it on that way. Its peer is CUPS's own program for such devices
  (*socket* backend), which sends a plain file.
* With 1,000 queues nothing is announced by DNS-SD, by none of the servers.
* "A connection each" opens a new one for each request.

Goals met: {good}; not met: {bad}; nothing to compare with: {missing}.

{table}
How to measure again: `scripts/prove performance`, or `.venv/bin/python -m benchmarks.run --help`.
"""
