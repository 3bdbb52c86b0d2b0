"""Repeats the table of faults, at random printers and sizes, and kills under load, and writes docs/reliability.md.

More rounds find more: `.venv/bin/python scripts/prove_reliability.py --rounds 20`.
"""

import argparse
import collections
import platform
import random
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.faults.storm import Storm  # noqa: E402 - found only once the root is on the path
from tests.e2e.faults.walk import POINTS, UNSENT, Bench, Case  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
SMALL, LARGE = (0, 200_000), (300_000, 4_000_000)  # bytes; documents of more than 256 KiB lie in a file of their own
SIZES = {"spool-synced": SMALL, "large-synced": LARGE}
DEVICES = {
    "ipp": "IPP, Create-Job",
    "old": "IPP, Print-Job alone",
    "raw": "JetDirect with PJL",
    "trial": "trial printer",
}
TWICE = frozenset({"counting", "sending", "attempt-written", "first-bytes-sent", "before-settling"})
MEANING = {
    "upload": "half of the document is here",
    "document-received": "the document is here, nothing of it committed",
    "spool-synced": "a small document is on disk, its row is not committed",
    "large-synced": "a large document is on disk, its row is not committed",
    "accepted": "the job is committed, its client not yet told",
    "counting": "the document is about to be counted",
    "released": "the release is committed",
    "sending": "the attempt is committed, no byte has left",
    "attempt-written": "it is written down that bytes will leave",
    "first-bytes-sent": "the first bytes have left",
    "last-byte": "the device has confirmed all of it, and that is written down",
    "before-settling": "the device has said how it ended, nothing is booked",
    "concluded": "the end is booked, the document not yet removed",
}

RESULTS = ("nothing left", "printed once", "may have printed, said so")
"""What a case may end with."""

Tally = collections.defaultdict[str, collections.Counter[str]]


def table(bench: Bench, chance: random.Random, tally: Tally) -> None:
    """Play every point at every kind of device once, at random kinds of queue, sizes and decisions."""
    cases = []
    for point in (*UNSENT, *POINTS):
        for device in DEVICES if point in POINTS else [chance.choice(list(DEVICES))]:
            size = chance.randint(*SIZES.get(point) or chance.choice((SMALL, LARGE)))
            crashes = 2 if point in TWICE and chance.random() < 0.2 else 1
            decide = chance.choice(("again", "yes", "no")) if crashes == 1 else "again"
            # A direct queue's jobs are released by nobody.
            kind = "follow" if point == "released" else chance.choice(("follow", "direct"))
            cases.append(Case(point, device, kind, size, decide, crashes))
    chance.shuffle(cases)
    for case in cases:
        result = bench.run(case)
        tally[case.point][result] += 1
        tally[case.point]["crashes"] += case.crashes
        print(f"{case}: {result}", flush=True)


def page(rounds: int, kills: int, tally: Tally, storms: collections.Counter[str]) -> str:
    """Write the page."""
    rows = [
        f"| `{point}` | {meaning} | {' | '.join(str(tally[point][name] or '') for name in ('crashes', *RESULTS))} |"
        for point, meaning in MEANING.items()
    ]
    crashes = sum(seen["crashes"] for seen in tally.values())
    return f"""# Reliability

What is promised (see [ARCHITECTURE.md](../ARCHITECTURE.md)) is tried by killing the real process with SIGKILL,
starting it again, and asking the printers, the ledger and the spool what is there. This page is written by
`scripts/prove_reliability.py --rounds {rounds}`; a broken promise ends it with an error and no page. The same cases,
fewer of them, run in `scripts/test`, with device faults (cut, hung, busy, refusing, stopped, unplugged) and full disks
beside them.

Run with Printgate {version("printgate")}, Python {platform.python_version()},
SQLite {sqlite3.sqlite_version}, Linux {platform.release()}.
SIGKILL proves that nothing needs a last word of the process; that the disk has what was synced is the promise of
the kernel and of the disk.

## Killed at each step of a job's walk

{crashes} crashes: at {", ".join(DEVICES.values())};
follow-me and direct queues; documents of {SMALL[0]} bytes to {LARGE[1] // 1_000_000} MB, small ones in segments and
large ones in files of their own; some killed twice in a row at the same step.

| killed when | that is | crashes | {" | ".join(RESULTS)} |
|---|---|---|---|---|---|
{chr(10).join(rows)}

## Killed at any moment under load

{kills} kills at random times while six clients printed documents of up to 2 MB on eight queues and their owners
released them: {storms["sent"]} documents sent, {storms["promised"]} of them acknowledged;
{storms["doubted"]} jobs were shown as "may have printed".

## What was held against each of them

| promise | broken |
|---|---|
| a client that was told `successful-ok` finds its job after the restart | 0 |
| a client that was cut off before leaves no row, no key and no file | 0 |
| a printer gets the very document that was sent (SHA-256) | 0 |
| no document comes out twice unless somebody was told "may have printed" and confirmed it | 0 |
| no job is charged twice; every entry of the ledger adds up to zero | 0 |
| a completed job is charged for what the printer says it printed | 0 |
| a job of unknown outcome is held, says so, is not charged, and its price stays set aside until it is decided | 0 |
| an ended job has no money set aside, and its document is gone from the spool | 0 |
"""


def main() -> None:
    """Prove, and write the page."""
    parser = argparse.ArgumentParser(description="Kill the gateway at every step, and under load.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=8, help="under load, in each round")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    tally: Tally = collections.defaultdict(collections.Counter)
    storms: collections.Counter[str] = collections.Counter()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="printgate-prove-") as folder:
        bench = Bench(Path(folder))
        try:
            for number in range(given.rounds):
                table(bench, chance, tally)
                storm = Storm(bench, chance.random())
                storm.rage(given.kills)
                seen = storm.calm()
                storms.update(seen)
                print(f"round {number + 1}: {dict(seen)}, {time.monotonic() - begun:.0f} s", flush=True)
        finally:
            bench.end()
    PAGE.write_text(page(given.rounds, given.rounds * given.kills, tally, storms))


if __name__ == "__main__":
    main()
