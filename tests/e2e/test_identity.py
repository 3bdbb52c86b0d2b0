"""Clients that never type a password: an address of one's own, and Kerberos tickets of a real realm."""

import importlib.util
import re
import subprocess

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, Operation, Status
from ipp.message import Group, Message
from tests.directory import kdc as kdc_module
from tests.directory.kdc import REALM, Kdc
from tests.e2e import paper
from tests.e2e.bed import Cups, Gateway, Machine, need, wait_for
from tests.e2e.test_cups import authenticate

pytestmark = pytest.mark.e2e

# CUPS's library takes no ticket to a host without a dot, nor to a loopback address.
HOST, ADDRESS = "print.test", "192.0.2.10"
KERBEROS = kdc_module.available() and importlib.util.find_spec("gssapi") is not None


@pytest.fixture(scope="module")
def machine():
    made = Machine(HOST, ADDRESS)
    made.run("ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
    yield made
    made.end()


@pytest.fixture(scope="module")
def kdc(machine):
    """A realm with alice, and keys of this machine's print service as curl and as CUPS call it."""
    if not KERBEROS:
        need("krb5kdc", "kadmin.local", "kinit")
        pytest.skip("needs the extra kerberos")
    folder = machine.folder / "kdc"
    folder.mkdir()
    made = Kdc(folder, 8888, HOST, lambda words: machine.inside(*words))
    for service in ("host", "http"):
        made.admin(f"addprinc -randkey {service}/{HOST}@{REALM}")
        made.admin(f"ktadd -k {made.keytab} {service}/{HOST}@{REALM}")
    made.person("alice", "secret")
    yield made
    made.process.terminate()


@pytest.fixture(scope="module")
def gateway(machine, request):
    home = machine.folder / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        if KERBEROS:
            kdc = request.getfixturevalue("kdc")
            words = f'kerberos_keytab = "{kdc.keytab}"\nkerberos_service = ["HTTP", "host"]\n'
            (home / "printgate.toml").write_text(f'{words}kerberos_realms = ["{REALM}"]\nlog_level = "debug"\n')
            for name in ("KRB5_CONFIG", "KRB5RCACHEDIR"):
                patch.setenv(name, kdc.environment[name])
        running = Gateway(machine, "--no-mdns", "--port", "8631")
        running.add_user("alice", "alice's secret")
        yield running


@pytest.fixture(scope="module")
def document(machine):
    path = machine.folder / "three.pdf"
    path.write_bytes(paper.pdf())
    return path


@pytest.fixture(scope="module")
def own(gateway):
    """An address of alice's own: its secret and its path."""
    made = gateway.command("token", "add", "alice", "Laptop", "--queue", "follow-me")
    (path,) = made["paths"]
    return path.rpartition("/")[2], path


def ipptool(machine, path, test, *words, **variables):
    uri = f"ipps://{HOST}:8631{path}"
    return machine.run("ipptool", "-tI", "-T", "20", *words, uri, test, check=False, **variables).stdout


TESTS = ("get-printer-attributes", "validate-job", "create-printer-subscription", "print-job", "get-jobs")


@pytest.mark.parametrize("test", TESTS)
def test_ipptool_at_an_address_of_ones_own(machine, gateway, document, own, test):
    need("ipptool")
    said = ipptool(machine, own[1], f"{test}.test", "-f", document)
    assert "[PASS]" in said and "[FAIL]" not in said


@pytest.fixture(scope="module")
def cups(machine):
    return Cups(machine)


def test_cups_prints_there_without_asking_for_a_password(gateway, cups, document, own):
    cups.add("mine", f"ipps://{HOST}:8631{own[1]}")
    cups.print("mine", document, user="somebody", title="by address")
    wait_for(lambda: not cups.waiting("mine"), "the job to leave", 30)
    job = gateway.held(title="by address")
    assert (job["user"], job["state"], job["pages"]) == ("alice", "pending-held", 3)


def test_elsewhere_the_queue_wants_to_know(machine, gateway, cups, document):
    cups.add("everybodys", f"ipps://{HOST}:8631/ipp/print/follow-me")
    number = cups.print("everybodys", document, user="somebody", title="by nobody")
    wait_for(lambda: "cups-held-for-authentication" in state(cups, number), "CUPS to ask who prints", 30)
    machine.run("cancel", "-a")


def test_a_password_still_does_where_there_are_no_tickets(machine, gateway, cups, document):
    cups.add("asking", f"ipps://{HOST}:8631/ipp/print/follow-me")
    # CUPS asks for what the first scheme of a 401 wants; this says that it is to be a password.
    machine.run("lpadmin", "-p", "asking", "-o", "auth-info-required=username,password")
    number = cups.print("asking", document, user="alice", title="by password")
    wait_for(lambda: "cups-held-for-authentication" in state(cups, number), "CUPS to ask for a password", 30)
    authenticate(machine, cups, number, "alice", "alice's secret")
    wait_for(lambda: not cups.waiting("asking"), "the job to leave", 30)
    assert gateway.held(title="by password")["user"] == "alice"


def test_a_revoked_address_asks_nobody_in_vain(machine, gateway, cups, document):
    (token,) = gateway.command("token", "list", "alice")
    assert token["used"] is not None
    gateway.command("token", "revoke", token["id"])
    number = cups.print("mine", document, user="somebody", title="too late")
    wait_for(lambda: f"[Job {number}] " in cups.error_log() and "not-found" in cups.error_log(), "CUPS to be told", 30)
    assert "cups-held-for-authentication" not in state(cups, number)
    machine.run("cancel", "-a")
    assert gateway.jobs(title="too late") == []


def state(cups, number):
    uri = f"ipp://127.0.0.1:{cups.port}/jobs/{number}"
    return cups.machine.run("ipptool", "-tv", uri, "get-job-attributes.test").stdout


def request_of(uri):
    first = [build.charset("attributes-charset", "utf-8"), build.language("attributes-natural-language", "en")]
    named = [
        build.uri("printer-uri", uri),
        build.name("requesting-user-name", "mallory"),
        build.name("job-name", "curl"),
    ]
    return encode(Message((2, 0), Operation.PRINT_JOB, 7, [Group(GroupTag.OPERATION, [*first, *named])]))


def test_curl_signs_in_with_a_ticket(machine, gateway, kdc, document):
    need("curl")
    if "GSS-API" not in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("this curl has no Kerberos")
    url = f"https://{HOST}:8631/ipp/print/follow-me"
    body, answer, heads = (machine.folder / name for name in ("request", "answer", "heads"))
    body.write_bytes(request_of(url.replace("https", "ipps")) + document.read_bytes())
    words = ["curl", "-sS", "-k", "--negotiate", "-u", ":", "-H", "Content-Type: application/ipp"]
    words += ["--data-binary", f"@{body}", "-o", answer, "-D", heads, url]
    machine.run(*words, KRB5CCNAME=kdc.sign_in("alice", "secret"), KRB5_CONFIG=kdc.environment["KRB5_CONFIG"])
    fields = heads.read_text()
    assert re.findall(r"^HTTP/1.1 (\d+)", fields, re.MULTILINE)[-1] == "200"
    assert int.from_bytes(answer.read_bytes()[2:4]) == Status.SUCCESSFUL_OK
    assert re.search(r"^WWW-Authenticate: Negotiate [A-Za-z0-9+/=]{20,}\r?$", fields, re.MULTILINE)
    assert gateway.held(title="curl")["user"] == "alice"


def test_ipptool_signs_in_with_a_ticket(machine, gateway, kdc, document):
    need("ipptool")
    before = len(gateway.jobs(user="alice"))
    ticket = {"KRB5CCNAME": kdc.sign_in("alice", "secret"), "KRB5_CONFIG": kdc.environment["KRB5_CONFIG"]}
    said = ipptool(machine, "/ipp/print/follow-me", "print-job.test", "-f", document, **ticket)
    assert "[PASS]" in said and "[FAIL]" not in said, said
    assert len(gateway.jobs(user="alice")) == before + 1
    assert "[FAIL]" in ipptool(machine, "/ipp/print/follow-me", "print-job.test", "-f", document)


def test_the_secret_is_nowhere(gateway, own):
    """Last in this file: after all that was done with the address, neither log nor home knows it."""
    secret = own[0].encode()
    files = [path for path in gateway.home.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in (gateway.log, *files) if secret in path.read_bytes()] == []
