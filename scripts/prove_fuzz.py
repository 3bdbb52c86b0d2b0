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
import importlib
import io
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CORPUS = ROOT.parent / "shared" / "data" / "pdl"
FINDINGS = ROOT / "fuzz" / "findings"
MINUTE = 60.0
# One input may take so long, on a machine that is busy with others.
INPUT_SECONDS = 20
MEMORY_BYTES = 3 * 1024**3
LARGEST_SEED = 256 * 1024
LARGEST_INPUT = 64 * 1024
PAGES = 2000

# Beside the tasks of the sandbox that count or unpack: what reads hostile bytes in the gateway's own process.
OWN = ("sniff", "ipp")
# What pictures and fonts are read with is other people's work; here it is our use of it that is tried.
PREFIXES = ("count-", "declared-", "rewrite-", "inspect-", "colour-", "unpack", "raster-to", "text-to", "image-to")

Target = Callable[[bytes], None]


def targets() -> list[str]:
    """Name what can be fuzzed."""
    from pdl.tasks import TASKS

    return [*OWN, *(name for name in TASKS if name.startswith(PREFIXES))]


def target(name: str) -> Target:
    """Make the function that takes one input; it raises what is nobody's to expect."""
    if name == "sniff":
        from pdl.formats import sniff, sniff_language

        return _but(lambda data: (sniff(data), sniff_language(data)))
    if name == "ipp":
        from ipp.codec import decode
        from ipp.errors import BadMessage

        return _but(decode, BadMessage)
    from pdl.errors import PdlError
    from pdl.tasks import TASKS

    module, _, function = TASKS[name].partition(":")
    task = getattr(importlib.import_module(module), function)
    return _but(lambda data: _run(task, data), PdlError)


def _but(action: Callable[[bytes], object], *expected: type[Exception]) -> Target:
    def run(data: bytes) -> None:
        with contextlib.suppress(*expected):
            action(data)

    return run


def _run(task: Callable[..., object], data: bytes) -> None:
    from pdl.formats import sniff
    from pdl.source import BytesSource

    arguments = {
        "format": sniff(data), "pages": PAGES, "seconds": 10.0, "media": None, "scaling": "auto",
        "copies": 2, "sides": "two-sided-long-edge", "monochrome": True, "page_ranges": [[1, 2]],
    }  # fmt: skip
    task(BytesSource(data), arguments, lambda _: None)


def seeds(name: str) -> Iterator[bytes]:
    """Yield documents that the target reads: made here, and those that lie beside the project."""
    from pdl.formats import BY_MIME, sniff

    for data in (*_made(), *_found()):
        if name in OWN:
            yield data[:LARGEST_INPUT]
            continue
        row = BY_MIME.get(sniff(data))
        if row is not None and _reads(name, row.way or "", row.task, row.mime):
            yield data


def _reads(name: str, way: str, task: str, mime: str) -> bool:
    return (
        name == task
        or (name == "inspect-pdf" and way == "pdf")
        or (name == "rewrite-stream" and way == "stream")
        or (name in {"count-xps", "colour-xps"} and way == "xps")
        or (name == "unpack" and way == "packed")
        or (name == "raster-to-pdf" and mime in {"image/pwg-raster", "image/urf", "application/vnd.cups-raster"})
        or (name == "text-to-pdf" and mime == "text/plain")
        or (name == "image-to-pdf" and task == "count-image")
    )


def _made() -> Iterator[bytes]:
    import gzip

    from tests.pdl import documents

    yield from (documents.pdf(2), documents.pwg(1), documents.urf(1), documents.text(2), gzip.compress(b"text " * 99))
    for kind in ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"):
        yield documents.encoded(kind, documents.picture(40, 57))
    yield b"\x1b%-12345X@PJL JOB\r\n@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=PCL\r\n\x1bE\x1b&l26a2x1s0oHHello\x0c\x1bE"
    yield b"\x1bE\x1b*t300R\x1b*r1A\x1b*b2m3W\xff\x00\xff\x1b*b3m2W\x01\x02\x1b*rB\x0c\x1bE"
    yield b"\x1bE\x1b%0BIN;SP1;PA0,0;PD99,99;PG;\x1b%0A\x0c\x1bE"
    yield b"IN;SP1;PA10,10;PD2000,0;LBtext\x03;PU;PG;"
    yield b"\x1b@\x1b(G\x01\x00\x01\x1b.\x01\x14\x14\x01\x08\x00\xff\x00\x0cText\r\n\x0c\x1b@"
    yield b"%!PS\n/#copies 2 def <</Duplex true>> setpagedevice (a) show showpage\n"
    yield bytes.fromhex("0200000b00000001") + b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x03"


def _found() -> Iterator[bytes]:
    for path in sorted(CORPUS.rglob("*")) if CORPUS.is_dir() else ():
        if path.is_file() and 0 < path.stat().st_size <= LARGEST_SEED:
            yield path.read_bytes()


class _Overdue(BaseException):
    """The input takes too long; no parser may catch it as one of its own."""


def _alarm(_number: int, _frame: object) -> None:
    raise _Overdue


def watched(name: str, run: Target) -> Target:
    """Let `run` have its time and memory; what breaks them, or raises, is kept and told."""
    signal.signal(signal.SIGALRM, _alarm)

    def one(data: bytes) -> None:
        signal.alarm(INPUT_SECONDS)
        try:
            run(data)
        except BaseException as fault:
            keep(name, data, fault)
            raise
        finally:
            signal.alarm(0)

    return one


def keep(name: str, data: bytes, fault: BaseException) -> None:
    """Write the input that broke `name` where it can be looked at."""
    folder = FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    print(f"fuzz: {name}: {type(fault).__name__}: {fault} ({path.relative_to(ROOT)})", flush=True)


def fuzz_one(name: str, seconds: float) -> int:
    """Fuzz one target in this process; 1 when something was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        import atheris
    except ImportError:
        return by_chance(name, seconds)
    with atheris.instrument_imports(include=["pdl", "ipp"]):
        run = watched(name, target(name))
    folder = ROOT / "fuzz" / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name)):
        (folder / f"seed-{number:03}").write_bytes(data)
    words = [sys.argv[0], f"-max_total_time={int(seconds)}", f"-max_len={LARGEST_INPUT}", "-rss_limit_mb=2500",
             "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={folder}/../", str(folder)]  # fmt: skip
    atheris.Setup(words, run)
    atheris.Fuzz()  # never returns
    return 0


def by_chance(name: str, seconds: float) -> int:
    """Mutate the seeds at random until the time is over."""
    run, known = watched(name, target(name)), list(seeds(name)) or [b""]
    seed = random.SystemRandom().getrandbits(32)
    chance, until, tried = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = mutated(chance.choice(known), chance)
        tried += 1
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                run(data)
            except BaseException:
                return 1
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
    return name, process.returncode == 0, text if process.returncode else _summary(text)


def _summary(text: str) -> str:
    kept = [line for line in text.splitlines() if "number_of_executed_units" in line or line.startswith("fuzz:")]
    return " ".join(kept) or text[-300:]


def main() -> int:
    """Fuzz what was asked for and say what was found."""
    top = argparse.ArgumentParser(prog="prove_fuzz", description=__doc__.split("\n", 1)[0])
    top.add_argument("targets", nargs="*", metavar="PARSER", help="all if none is named")
    top.add_argument("--minutes", type=float, default=10.0, help="for each")
    top.add_argument("--within", type=float, metavar="MINUTES", help="shorten the time of each so that all end by then")
    top.add_argument("--one", metavar="PARSER", help="in this process")
    top.add_argument("--list", action="store_true", help="say what there is")
    given = top.parse_args()
    if given.one:
        return fuzz_one(given.one, given.minutes * MINUTE)
    if given.list:
        print("\n".join(targets()))
        return 0
    names, failed = given.targets or targets(), []
    minutes = given.minutes
    if given.within:
        # A share is left for starting them.
        minutes = min(minutes, 0.8 * given.within * (os.cpu_count() or 1) / len(names))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
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
