"""Runs CUPS's conformance suites against a gateway, in all variants of transport, and writes down what they said.

The table goes into docs/conformance.md. The status is 1 if a suite that the gateway is held to fails, leaves out what
it need not, or did not run to its end.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e import suites

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"

HELD_TO = ("ipp-1.1", "ipp-2.0", "get-printer-attributes-suite", "print-job-gzip", "print-job-deflate")
"""Suites without a failure, on both kinds of queue."""
BEYOND = ("ipp-2.1", "ipp-2.2", "ipp-everywhere")
"""Suites that ask for more than the gateway says it does."""
UNCOMPRESSED = ("ipp-1.1", "ipp-2.0")

RUNS = [
    *((suite, queue, "") for queue in suites.QUEUES for suite in HELD_TO),
    *((suite, "direct", variant) for variant in ("length", "upgrade", "tls", "headers") for suite in UNCOMPRESSED),
    *(("print-job", "direct", variant) for variant in suites.VARIANTS),
    *((suite, "direct", "") for suite in BEYOND),
]

HEAD = """# Conformance

Written by `scripts/prove_conformance.py`: CUPS's suites, as Debian ships them, run by `ipptool` against a gateway with
the trial printer. Queue `direct` prints at once; `held` is a follow-me queue that lets its jobs go after two seconds.
All documents that the suites name are there, and each suite ran all of its tests. Skipped are tests of what the gateway
does not offer: documents that it would have to fetch from a URI, PostScript, banner sheets, several pages on a sheet.

| Suite | Queue | Variant | Tests | Passed | Failed | Skipped |
|---|---|---|---|---|---|---|
"""


def prove(folder: Path) -> Iterator[tuple[str, str, str, suites.Outcome]]:
    """Run everything; yields suite, queue, variant and Outcome as each ends."""
    documents = suites.prepare(folder / "ipptool")
    server = suites.Server(folder)
    try:
        server.add_queues()
        for suite, queue, variant in RUNS:
            options = suites.VARIANTS.get(variant, ())
            yield suite, queue, variant, suites.run(documents, server.uri(queue), suite, options)
    finally:
        server.stop()


def main() -> int:
    """Write the table, and show it as it grows; returns the exit status."""
    lines = HEAD.splitlines()
    wrong: list[str] = []
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="printgate-conformance-") as folder:
        for suite, queue, variant, outcome in prove(Path(folder)):
            counts = (outcome.ran, len(outcome.passed), len(outcome.failed), len(outcome.skipped))
            lines.append(f"| {suite} | {queue} | {variant or 'chunked'} | {' | '.join(map(str, counts))} |")
            print(lines[-1], flush=True)
            missed += [f'* {suite}, "{name}": {"; ".join(outcome.missed(name))}.' for name in outcome.failed]
            if not outcome.complete or (suite not in BEYOND and (outcome.failed or outcome.left_out)):
                wrong.append(
                    f"{suite} on {queue} {variant}: {outcome.ran} of {outcome.expected} tests\n{outcome.words}"
                )
    if missed:
        lines += ["", "## What failed, and what was wanted", "", *missed]
    PAGE.write_text("\n".join([*lines, ""]))
    print("\n".join(missed + wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
