"""Runs CUPS's conformance suites against a gateway, in all variants of transport, and writes down what they said.

The table goes into docs/conformance.md. The status is 1 if a test fails, is left out without need, or did not run.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e import suites

PAGE = Path(__file__).parents[1] / "docs" / "conformance.md"
PLAIN = "plain"

HEAD = """# Conformance

Written by `scripts/prove_conformance.py`: CUPS's suites and tests of single operations, as Debian ships them, run by
`ipptool` against a gateway with the trial printer. Queue `direct` prints at once; `held` is a follow-me queue that lets
its jobs go after a second; both keep printed documents for ten minutes, so that jobs can be restarted. All documents
that the suites name are there, and each suite ran all of its tests: a suite that cannot read a document would drop its
other tests and call itself passed. Skipped are tests of what the gateway does not offer, and of pictures on paper
that the trial printer does not have.

*Plain* is as ipptool sends by itself; *chunked* and *length* say how the body is sent; *upgrade* switches to TLS within
HTTP, *tls* begins with it; *headers* checks the fields of HTTP answers. With a length, ipptool promises that of a
document before its compression: tests that compress are left out there.

"""


def runs() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """What is run: suite, queue, variant, and options of ipptool."""
    for queue in suites.QUEUES:
        # Before the tests of one operation: some of these leave jobs that wait, which the suite would take for its own.
        yield suites.UNCOMPRESSED, queue, "length", suites.VARIANTS["length"]
        for suite in (*suites.SUITES, *suites.SINGLE):
            yield suite, queue, PLAIN, ()
            for variant, options in suites.VARIANTS.items():
                if not (variant == "length" and suite in suites.COMPRESSED):
                    yield suite, queue, variant, options
        for suite in suites.SINGLE:
            for version in suites.MEANT_FOR:
                yield suite, queue, f"IPP/{version}", ("-V", version)


def prove(folder: Path) -> Iterator[tuple[str, str, str, suites.Outcome]]:
    """Run everything; yields suite, queue, variant and Outcome as each ends."""
    documents = suites.prepare(folder / "ipptool")
    server = suites.Server(folder)
    try:
        server.add_queues()
        for suite, queue, variant, options in runs():
            yield suite, queue, variant, suites.run(documents, server.uri(queue), suite, options)
    finally:
        server.stop()


def page(results: list[tuple[str, str, str, suites.Outcome]], wrong: list[str]) -> str:
    """The page: a row for each suite and variant, single operations added up."""
    rows: dict[tuple[str, str, str], Counter[str]] = {}
    for suite, queue, variant, outcome in results:
        name = suite if suite in (*suites.SUITES, suites.UNCOMPRESSED) else f"{len(suites.SINGLE)} single operations"
        counted = rows.setdefault((name, queue, variant), Counter())
        counted["passed"] += len(outcome.passed)
        counted["failed"] += len(outcome.failed)
        counted["skipped"] += len(outcome.skipped)
    total = sum(rows.values(), Counter())
    verdicts = f"{total['passed']:,} passed, **{total['failed']} failed**, {total['skipped']:,} skipped"
    lines = [
        f"{sum(total.values()):,} tests in {len(results)} runs: {verdicts}.",
        "",
        "| Suite | Queue | Variant | Tests | Passed | Failed | Skipped |",
        "|---|---|---|---|---|---|---|",
    ]
    for words, counted in rows.items():
        figures = (sum(counted.values()), counted["passed"], counted["failed"], counted["skipped"])
        lines.append(f"| {' | '.join(words)} | {' | '.join(map(str, figures))} |")
    lines += ["", "## What was skipped", ""]
    skipped = sorted({name for _, _, _, outcome in results for name in outcome.skipped})
    lines += [f"* {name}" for name in skipped]
    if wrong:
        lines += ["", "## What failed, and what was wanted", "", *wrong]
    return HEAD + "\n".join([*lines, ""])


def main() -> int:
    """Write the page, and show each run as it ends; returns the exit status."""
    results, wrong = [], []
    with tempfile.TemporaryDirectory(prefix="printgate-conformance-") as folder:
        for suite, queue, variant, outcome in prove(Path(folder)):
            results.append((suite, queue, variant, outcome))
            counts = f"{len(outcome.passed)} passed, {len(outcome.failed)} failed, {len(outcome.skipped)} skipped"
            print(f"{suite} on {queue}, {variant}: {counts}", flush=True)
            where = f"{suite} on {queue}, {variant}"
            wrong += [f'* {where}, "{name}": {"; ".join(outcome.missed(name))}.' for name in outcome.failed]
            if not outcome.complete:
                wrong.append(f"* {where}: {outcome.ran} of {outcome.expected} tests ran.")
    PAGE.write_text(page(results, wrong))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
