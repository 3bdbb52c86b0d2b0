"""CUPS's own programs against a gateway as against a CUPS server: what people type at a shell."""

import re
import shutil
import subprocess

import pytest

from tests.e2e import paper
from tests.e2e.bed import wait_for
from tests.e2e.suites import TRUSTED, Server, remove

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("lpstat") is None, reason="cups-client is not installed"),
]


class Shell:
    """Types commands that name the gateway as their server."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        (folder / "three.pdf").write_bytes(paper.pdf())

    def run(self, program, *words, fails=False):
        # The server stands before the queue: what is asked of "the default" is asked of it.
        command = [program, "-h", self.server.authority, *words]
        environment = {
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/bin:/bin:/usr/sbin",
            "USER": "carol",
        }
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=30, cwd=self.folder, env=environment
        )
        assert (done.returncode != 0) is fails, (command, done.stdout, done.stderr)
        return done.stderr if fails else done.stdout

    def print(self, *words):
        said = self.run("lp", *words, "three.pdf")
        found = re.fullmatch(r"request id is (\S+)-(\d+) \(1 file\(s\)\)\n", said)
        return found[1], found[2]

    def waiting(self):
        return re.findall(r"^(\S+-\d+) ", self.run("lpstat", "-o"), re.MULTILINE)

    def completed(self):
        return self.run("lpstat", "-W", "completed", "-o")


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cups-tools")
    server = Server(folder, operator_networks="127.0.0.0/8")
    server.add_queues()
    server.command("queue", "add", "waiting", "--kind", "follow-me", "--default-device", "trial", *TRUSTED)
    server.command("queue", "set", "follow-me", *TRUSTED)
    yield Shell(server, folder)
    server.stop()
    remove(server.home)


@pytest.fixture(autouse=True)
def _nothing_waits(shell):
    yield
    shell.run("cancel", "-a")
    assert shell.waiting() == []


def test_printers_are_told_of(shell):
    assert re.findall(r"^(\S+) accepting requests since .* 20\d\d$", shell.run("lpstat", "-a"), re.MULTILINE) == [
        "direct",
        "follow-me",
        "held",
        "waiting",
    ]
    assert "printer held is idle.  enabled since" in shell.run("lpstat", "-p")
    assert "system default destination: follow-me" in shell.run("lpstat", "-d")
    port = shell.server.port
    assert re.search(rf"device for held: ipp://\S+:{port}/ipp/print/held", shell.run("lpstat", "-v"))
    everything = shell.run("lpstat", "-t")
    assert "scheduler is running" in everything and "held accepting requests" in everything
    assert shell.run("lpstat", "-e").split() == ["direct", "follow-me", "held", "waiting"]


def test_options_are_told_of(shell):
    options = dict(re.findall(r"(\S+)=(\S+)", shell.run("lpoptions", "-p", "held")))
    assert options["copies"] == "1" and options["printer-is-accepting-jobs"] == "true"


def test_a_document_is_printed(shell):
    queue, number = shell.print("-d", "direct", "-n", "2", "-t", "A title")
    assert queue == "direct"
    wait_for(lambda: f"direct-{number} " in shell.completed(), "the job to be printed", 20)


def test_the_default_queue_is_meant_when_none_is_named(shell):
    assert shell.print()[0] == "follow-me"
    assert "does not exist" in shell.run("lp", "-d", "nowhere", "three.pdf", fails=True)


def test_jobs_are_listed_and_cancelled(shell):
    first, second, third = ("-".join(shell.print("-d", queue)) for queue in ("waiting", "follow-me", "waiting"))
    assert set(shell.waiting()) == {first, second, third}
    shell.run("cancel", first.rpartition("-")[2])
    shell.run("cancel", second)
    assert shell.waiting() == [third]
    shell.run("cancel", "-a", "waiting")
    assert shell.waiting() == []


def test_a_held_job_is_let_go(shell):
    _, number = shell.print("-d", "waiting")
    shell.run("lp", "-i", number, "-H", "resume")
    wait_for(lambda: f"waiting-{number} " in shell.completed(), "the job to be printed", 20)


def test_a_job_is_changed_and_moved(shell):
    _, number = shell.print("-d", "follow-me")
    shell.run("lp", "-i", number, "-q", "80")
    shell.run("lpmove", number, "waiting")
    assert shell.waiting() == [f"waiting-{number}"]
    shell.run("lpmove", number, "direct")
    wait_for(lambda: f"direct-{number} " in shell.completed(), "the job to be printed where it went", 20)


def test_a_job_that_is_held_stays_so_until_it_is_resumed(shell):
    _, number = shell.print("-d", "direct", "-H", "hold")
    assert shell.waiting() == [f"direct-{number}"]
    shell.run("lp", "-i", number, "-H", "resume")
    wait_for(lambda: f"direct-{number} " in shell.completed(), "the job to be printed", 20)
