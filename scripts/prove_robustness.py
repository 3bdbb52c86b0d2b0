"""Lets rough clients loose on a running gateway, then a crowd, then slow ones, and writes docs/robustness.md.

scripts/prove_robustness.py --seconds 600       rough requests for so long; the rest takes a minute or two more
scripts/prove_robustness.py --seconds 20 --dry  a short run: no page is written

The gateway is a process of its own on the loopback. What it must not do: log a fault of its own, answer one, leave a
client without an answer on an open connection, grow, keep files open, or serve others worse. What made it do so is
kept in fuzz/findings/robustness. `--seed` repeats what was sent, though not its timing.
"""

import argparse
import asyncio
import base64
import contextlib
import hashlib
import json
import math
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import robustness_page  # noqa: E402 - found only once the root is on the path
from rough_client import Odd, Seen, Sender, Wire  # noqa: E402
from rough_requests import PDF, Rough  # noqa: E402

from ipp import build  # noqa: E402
from ipp.codec import decode, encode  # noqa: E402
from ipp.enums import GroupTag, JobState, Operation, Status  # noqa: E402
from ipp.message import Group, Message  # noqa: E402
from tests.e2e.suites import Server  # noqa: E402

PAGE = ROOT / "docs" / "robustness.md"
FINDINGS = ROOT / "fuzz" / "findings" / "robustness"
QUEUES = {
    "rough": ("--kind", "direct", "--device", "trial", "--trusted-network", "127.0.0.0/8", "--max-bytes", "2000000",
              "--operator-network", "127.0.0.0/8"),
    "held": ("--kind", "follow-me", "--default-device", "trial", "--trusted-network", "127.0.0.0/8"),
    "private": ("--kind", "follow-me", "--default-device", "trial"),
}  # fmt: skip
WORDS = (
    "Traceback",
    "never retrieved",
    "Something went wrong",
    '"level": "error"',
    "aiohttp.server:",
    "asyncio:",
    "Exception",
)
"""What stands in the log only when the gateway failed."""
PASSWORD = "an administrator's secret"
CREDENTIALS = "Basic " + base64.b64encode(f"root:{PASSWORD}".encode()).decode()
MIB = 1 << 20
GROWTH = 48 * MIB
FILES = 8
SLOWEST = 5.0  # seconds that one question among slow clients may take on a machine that is busy with others
SETTINGS = {"body_idle": 3, "log_format": "json", "disk_reserve": 0, "connections": 4096}


class Broken(Exception):
    """The gateway did what it must not."""


def memory(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def files(pid: int) -> int:
    """How many files a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


class Proof:
    """One gateway and what is proved of it."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.server = Server(folder, **SETTINGS)
        self.chance, self.port, self.pid = chance, self.server.port, self.server.process.pid
        self.seen, self.told = Seen(), dict[str, str]()
        for name, words in QUEUES.items():
            self.server.command("queue", "add", name, *words)
        self.server.command("user", "add", "root", "--password-stdin", "--administrator", "yes", data=f"{PASSWORD}\n")

    def question(self, operation: Operation, *extra: build.Attribute, queue: str = "quiet") -> bytes:
        """Make a right request."""
        first = [
            build.charset("attributes-charset", "utf-8"),
            build.language("attributes-natural-language", "en"),
            build.uri("printer-uri", f"ipp://127.0.0.1:{self.port}/ipp/print/{queue}"),
            build.name("requesting-user-name", "carol"),
        ]
        return encode(Message((2, 0), operation, 7, [Group(GroupTag.OPERATION, [*first, *extra])]))

    def head(self, length: int) -> bytes:
        """Make the head of a right request."""
        host = f"127.0.0.1:{self.port}"
        lines = (f"Host: {host}", "Content-Type: application/ipp", f"Content-Length: {length}")
        return "\r\n".join(["POST /ipp/print HTTP/1.1", *lines, "", ""]).encode("ascii")

    async def ask(self, body: bytes) -> Message:
        """Ask rightly, on a connection of its own. Raises Broken if there is no right answer."""
        wire = await Wire.open(self.port, Seen())
        try:
            async with asyncio.timeout(30):
                await wire.send(self.head(len(body)) + body)
                message, _ = decode(await wire.message())
        except (TimeoutError, OSError, Odd, asyncio.IncompleteReadError, ValueError) as error:
            raise Broken(f"a right request was not answered: {error!r}") from None
        finally:
            await wire.close()
        if not Status(message.code).is_success:
            raise Broken(f"a right request was answered by {Status(message.code).name}")
        return message

    async def learn(self) -> list[build.Attribute]:
        """Ask the gateway for the attributes that rough requests are made of."""
        told = await self.ask(self.question(Operation.GET_PRINTER_ATTRIBUTES, queue="held"))
        printer = told.group(GroupTag.PRINTER)
        return printer.attributes if printer else []

    # The proofs, in their order.

    async def rough(self, seconds: float, senders: int) -> None:
        """Rough requests from many connections at once; memory and files are measured in rest."""
        learned = await self.learn()
        made = [
            Rough(
                random.Random(self.chance.random()),
                f"127.0.0.1:{self.port}",
                ["rough", "rough", *QUEUES],
                CREDENTIALS,
                learned,
            )
            for _ in range(senders)
        ]
        measured = []
        for share in (0.3, 0.7):
            until = asyncio.get_running_loop().time() + seconds * share
            keeper = asyncio.create_task(self._keep_open())
            await asyncio.gather(*(Sender(self.port, one, self.seen).run(until) for one in made))
            keeper.cancel()
            measured.append(await self._at_rest())
        (before, open_before), (after, open_after) = measured
        asked = sum(self.seen.sent.values())
        self.told["rough"] = f"{asked} connections in {seconds:.0f} s from {senders} at once"
        self.told["memory"] = f"{before // MIB} MiB when warm, {after // MIB} MiB at the end"
        self.told["files"] = f"{open_before} open when warm, {open_after} at the end"
        if after > before + GROWTH:
            raise Broken(f"it grew: {self.told['memory']}")
        if open_after > open_before + FILES:
            raise Broken(f"files stay open: {self.told['files']}")

    async def _keep_open(self) -> None:
        """Undo what rough requests of operators did to the queue, so that the next ones find it there and working."""
        undone = (
            Operation.STARTUP_PRINTER,
            Operation.ACTIVATE_PRINTER,
            Operation.ENABLE_PRINTER,
            Operation.RESUME_PRINTER,
        )
        while True:
            try:
                for operation in undone:
                    await self.ask(self.question(operation, queue="rough"))
            except Broken:
                # Where it was deleted it is made again; where it is there, that is refused.
                with contextlib.suppress(AssertionError):
                    await asyncio.to_thread(self.server.command, "queue", "add", "rough", *QUEUES["rough"])
            await asyncio.sleep(1)

    async def _at_rest(self) -> tuple[int, int]:
        """Wait until connections have ended, and measure memory and files."""
        last = files(self.pid)
        for _ in range(20):
            await asyncio.sleep(1)
            now = files(self.pid)
            if now >= last:
                break
            last = now
        return memory(self.pid), files(self.pid)

    async def crowd(self, idle: int, busy: int, seconds: float) -> None:
        """Idle connections and busy ones at once, all of them served."""
        body = self.question(Operation.GET_PRINTER_ATTRIBUTES, build.keyword("requested-attributes", "printer-state"))
        octets, seen = self.head(len(body)) + body, Seen()

        async def ask(wire: Wire) -> None:
            async with asyncio.timeout(60):
                await wire.send(octets)
                if not await wire.answer():
                    raise Broken("one of many was hung up on")

        waiting: list[Wire] = []
        for _ in range(0, idle, 100):
            made = await asyncio.gather(*(Wire.open(self.port, seen) for _ in range(100)))
            await asyncio.gather(*map(ask, made))
            waiting += made
        until = asyncio.get_running_loop().time() + seconds

        async def hurry() -> None:
            wire = await Wire.open(self.port, seen)
            while asyncio.get_running_loop().time() < until:
                await ask(wire)
            await wire.close()

        await asyncio.gather(*(hurry() for _ in range(busy)))
        await asyncio.gather(*map(ask, waiting))
        await asyncio.gather(*(wire.close() for wire in waiting))
        answered = seen.ipp[Status.SUCCESSFUL_OK]
        self.told["crowd"] = f"{idle} idle and {busy} busy connections at once: {answered} questions, all answered"
        if seen.ipp.total() != answered or seen.ended:
            raise Broken(f"the crowd was not served: {dict(seen.ipp)}, {seen.ended} ended")

    async def slow(self, seconds: float) -> None:
        """Others' waiting while some upload slowly and some read slowly."""
        for _ in range(60):
            await self.ask(self.question(Operation.CREATE_JOB))
        alone = await self._waits(seconds / 2)
        stop = asyncio.Event()
        tasks = [asyncio.create_task(self._slow_upload(stop)) for _ in range(4)]
        tasks += [asyncio.create_task(self._slow_reader(stop)) for _ in range(4)]
        await asyncio.sleep(0.5)
        beside = await self._waits(seconds / 2)
        stop.set()
        await asyncio.gather(*tasks)
        for name, waits in (("alone", alone), ("beside", beside)):
            middle, worst = statistics.median(waits) * 1000, max(waits) * 1000
            rare = sorted(waits)[math.ceil(len(waits) * 0.99) - 1] * 1000
            self.told[name] = f"{middle:.1f} ms, 99 % below {rare:.1f} ms, longest {worst:.1f} ms"
        if max(beside) > SLOWEST:
            raise Broken(f"slow clients delay others: {self.told['beside']}")

    async def _waits(self, seconds: float) -> list[float]:
        body = self.question(Operation.GET_PRINTER_ATTRIBUTES)
        loop, waits = asyncio.get_running_loop(), []
        until = loop.time() + seconds
        while loop.time() < until:
            begun = loop.time()
            await self.ask(body)
            waits.append(loop.time() - begun)
            await asyncio.sleep(0.01)
        return waits

    async def _slow_upload(self, stop: asyncio.Event) -> None:
        """Send a document a little at a time, as over a bad line."""
        body = self.question(Operation.PRINT_JOB) + PDF
        wire = await Wire.open(self.port, self.seen)
        await wire.send(self.head(len(body) + 1_000_000) + body)
        while not stop.is_set():
            await wire.send(b"\n" * 500)
            await asyncio.sleep(0.2)
        wire.cut()

    async def _slow_reader(self, stop: asyncio.Event) -> None:
        """Ask for long lists, many times, and hardly read them."""
        body = self.question(Operation.GET_JOBS, build.keyword("requested-attributes", "all"))
        wire = await Wire.open(self.port, self.seen)
        wire.writer.transport.pause_reading()  # type: ignore[attr-defined] # a transport that reads
        wire.writer.write((self.head(len(body)) + body) * 200)
        await stop.wait()
        wire.cut()

    async def normal(self) -> None:
        """At the end it does what it is for: a new queue takes a job and prints it."""
        self.server.command("queue", "add", "after", *QUEUES["rough"])
        await self.ask(self.question(Operation.GET_PRINTER_ATTRIBUTES, queue="after"))
        made = await self.ask(self.question(Operation.PRINT_JOB, queue="after") + PDF)
        job = made.group(GroupTag.JOB)
        number = job.integer("job-id") if job else None
        if number is None:
            raise Broken("a job has no number")
        until = time.monotonic() + 120
        while time.monotonic() < until:
            asked = self.question(Operation.GET_JOB_ATTRIBUTES, build.integer("job-id", number), queue="after")
            told = (await self.ask(asked)).group(GroupTag.JOB)
            if told and told.integer("job-state") == JobState.COMPLETED:
                return
            await asyncio.sleep(0.5)
        raise Broken(f"a job was not printed after all this: {told}")

    # What is held against it.

    def wrong(self) -> list[str]:
        """Whatever it did that it must not, kept where it can be looked at."""
        found = []
        for words, octets in self.seen.faults:
            FINDINGS.mkdir(parents=True, exist_ok=True)
            path = FINDINGS / hashlib.sha256(octets).hexdigest()[:16]
            path.write_bytes(octets)
            found.append(f"{words} ({path.relative_to(ROOT)})")
        log = self.server.log.read_text(errors="replace").splitlines()
        logged = [line for line in log if any(word in line for word in WORDS)]
        if logged:
            FINDINGS.mkdir(parents=True, exist_ok=True)
            (FINDINGS / "log").write_text("\n".join(log))
            found += [f"in the log ({len(logged)} lines): {line[:2000]}" for line in logged[:5]]
        if self.server.process.poll() is not None:
            return [*found, f"the gateway ended with status {self.server.process.returncode}"]
        jobs = json.loads(self.server.command("job", "list", "--all", "--json"))
        lost = [job["id"] for job in jobs if job["message"].startswith("The document is gone")]
        return [*found, f"documents of accepted jobs were lost: {lost}"] if lost else found


async def prove(proof: Proof, seconds: float, crowd: int) -> None:
    """Prove one thing after the other. Raises Broken."""
    await proof.rough(seconds, 12)
    # What administrators' rough requests did to the queues is theirs; the rest is proved on new ones.
    proof.server.command("queue", "add", "quiet", *QUEUES["held"])
    await proof.crowd(crowd, crowd // 10, min(30.0, seconds / 4))
    await proof.slow(min(30.0, seconds / 2))
    await proof.normal()


def main() -> int:
    """Prove, and write the page."""
    parser = argparse.ArgumentParser(description="Let rough clients loose on the gateway.")
    parser.add_argument("--seconds", type=float, default=600.0, help="for the rough requests")
    parser.add_argument("--crowd", type=int, default=2000, help="idle connections; a tenth as many are busy")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--dry", action="store_true", help="write no page")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 30)
    print(f"seed {seed}", flush=True)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="printgate-robust-") as folder:
        proof = Proof(Path(folder), random.Random(seed))
        try:
            asyncio.run(prove(proof, given.seconds, given.crowd))
            wrong = proof.wrong()
        except Broken as broken:
            wrong = [str(broken), *proof.wrong()]
        finally:
            proof.server.stop()
    codes = ", ".join(f"{Status(code).keyword} {count}" for code, count in proof.seen.ipp.most_common())
    said = proof.told | {"HTTP": str(dict(proof.seen.http)), "IPP": codes}
    print("\n".join(f"{name}: {words}" for name, words in said.items()), flush=True)
    if wrong:
        print("\n".join(["robustness: broken", *dict.fromkeys(wrong)][:40]), file=sys.stderr)
        return 1
    if not given.dry:
        PAGE.write_text(robustness_page.page(proof.seen, proof.told, given.seconds, seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
