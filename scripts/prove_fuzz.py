#!/usr/bin/env python3
"""Lets a mutational fuzzer loose on each parser of ours, for so long each.

scripts/prove_fuzz.py --minutes 10             every parser, ten minutes each, as many at once as there are processors
scripts/prove_fuzz.py --minutes 1 count-urf    this one alone
scripts/prove_fuzz.py --one count-urf          in this process (what the others are run as)

An input may be refused with the parser's own errors and no others, within its time and memory. What breaks that is
kept in fuzz/findings. Mutations are guided by coverage where atheris is installed, else by chance.
"""

import argparse
import concurrent.futures
import contextlib
import hashlib
import io
import os
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import fuzz_seeds
import fuzz_targets
from fuzz_targets import Target

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FINDINGS = ROOT / "fuzz" / "findings"
MINUTE = 60.0
# One input may take so long, on a machine that is busy with others.
INPUT_SECONDS = 20
MEMORY_BYTES = 3 * 1024**3
GROWTH_BYTES = 500 * 1024**2
LARGEST_INPUT = 64 * 1024
FOUND = "found:"


class _Overdue(BaseException):
    """The input takes too long; no parser may catch it as one of its own."""


def _alarm(_number: int, _frame: object) -> None:
    raise _Overdue


def watched(name: str, run: Target) -> Target:
    """Let `run` have its time and memory; what breaks them, or raises, is kept and told, each fault once."""
    signal.signal(signal.SIGALRM, _alarm)
    known: set[str] = set()
    peak = 0

    def one(data: bytes) -> None:
        nonlocal peak
        signal.alarm(INPUT_SECONDS)
        try:
            run(data)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:
            signal.alarm(0)
            keep(name, data, fault, known)
        finally:
            signal.alarm(0)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if peak and used > peak + GROWTH_BYTES:
            keep(name, data, MemoryError(f"{(used - peak) >> 20} MiB more"), known)
        peak = max(peak, used)

    return one


def keep(name: str, data: bytes, fault: BaseException, known: set[str]) -> None:
    """Write the input that broke `name` where it can be looked at, unless one is `known` that broke the same place."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(fault.__traceback__)]
    ours = [place for place in places if not place.startswith(("prove_fuzz", "fuzz_targets"))]
    sign = f"{type(fault).__name__} at {' < '.join(reversed(ours[-4:]))}"
    if sign in known:
        return
    known.add(sign)
    folder = FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    words = str(fault)[:200].replace("\n", " ")
    print(f"{FOUND} {name}: {sign}: {words} ({path.relative_to(ROOT)})", flush=True)


def fuzz_one(name: str, seconds: float) -> int:
    """Fuzz one target in this process; 1 when something was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        import atheris
    except ImportError:
        return by_chance(name, seconds)
    with atheris.instrument_imports(include=["pdl", "ipp"]):
        run = watched(name, fuzz_targets.target(name))
    folder = ROOT / "fuzz" / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(fuzz_seeds.seeds(name)):
        (folder / f"seed-{number:03}").write_bytes(data)
    words = [sys.argv[0], f"-max_total_time={int(seconds)}", f"-max_len={LARGEST_INPUT}", "-rss_limit_mb=2500",
             "-print_final_stats=1", f"-artifact_prefix={folder}/../", str(folder)]  # fmt: skip
    atheris.Setup(words, run)
    atheris.Fuzz()  # never returns
    return 0


def by_chance(name: str, seconds: float) -> int:
    """Mutate the seeds at random until the time is over."""
    run, known = watched(name, fuzz_targets.target(name)), list(fuzz_seeds.seeds(name)) or [b""]
    seed = random.SystemRandom().getrandbits(32)
    chance, until, tried = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = mutated(chance.choice(known), chance)
        tried += 1
        with contextlib.redirect_stderr(io.StringIO()):
            run(data)
    print(f"fuzz: {name}: {tried} inputs by chance (seed {seed})")
    return 0


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Change a document in a few places: bits, bytes that mean something, stretches left out, doubled or moved."""
    made = bytearray(data[:LARGEST_INPUT])
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(made) + 1)
        length = min(len(made) - at, chance.choice((1, 1, 2, 4, 16, 256, 4096)))
        kind = chance.randrange(5)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            made[at : at + length] = bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0x1B, 0x0C))]) * length
        elif kind == 2:
            del made[at : at + length]
        elif kind == 3:
            made[at:at] = made[at : at + length]
        else:
            made[at : at + length] = chance.randbytes(length)
    return bytes(made[:LARGEST_INPUT])


def in_child(name: str, seconds: float) -> tuple[str, bool, str]:
    """Fuzz one target in a process of its own; its name, whether nothing was found, and its last words."""
    words = (sys.executable, __file__, "--one", name, "--minutes", str(seconds / MINUTE))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(words, cwd=ROOT, start_new_session=True, **pipes)
    try:
        said, _ = process.communicate(timeout=seconds + 5 * MINUTE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        return name, False, f"hangs: {said[-2000:].decode(errors='replace')}"
    text = said.decode(errors="replace")
    well = process.returncode == 0 and FOUND not in text
    return name, well, _summary(text) + ("" if process.returncode == 0 else text[-1000:])


def _summary(text: str) -> str:
    lines = text.splitlines()
    said = [line for line in lines if line.startswith(("fuzz:", FOUND)) or "number_of_executed_units" in line]
    covered = [line for line in lines if " cov: " in line]
    return "\n  ".join([*said, *covered[-1:]])


def main() -> int:
    """Fuzz what was asked for and say what was found."""
    top = argparse.ArgumentParser(prog="prove_fuzz", description=__doc__.split("\n", 1)[0])
    top.add_argument("targets", nargs="*", metavar="PARSER", help="all if none is named")
    top.add_argument("--minutes", type=float, default=10.0, help="for each")
    top.add_argument("--within", type=float, metavar="MINUTES", help="shorten the time of each so that all end by then")
    top.add_argument("--one", metavar="PARSER", help="in this process")
    top.add_argument("--at-once", type=int, default=os.cpu_count() or 1, metavar="N", help="so many side by side")
    top.add_argument("--list", action="store_true", help="say what there is")
    given = top.parse_args()
    if given.one:
        return fuzz_one(given.one, given.minutes * MINUTE)
    if given.list:
        print("\n".join(fuzz_targets.names()))
        return 0
    names, failed = given.targets or fuzz_targets.names(), []
    minutes = given.minutes
    if given.within:
        # A share is left for starting them.
        minutes = min(minutes, 0.8 * given.within * given.at_once / len(names))
    with concurrent.futures.ThreadPoolExecutor(given.at_once) as pool:
        work = [pool.submit(in_child, name, minutes * MINUTE) for name in names]
        for done in concurrent.futures.as_completed(work):
            name, well, said = done.result()
            print(f"fuzz: {name}: {'nothing found' if well else 'FOUND SOMETHING'}: {said}", flush=True)
            if not well:
                failed.append(name)
    if failed:
        print(f"fuzz: look into fuzz/findings for {', '.join(sorted(failed))}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
