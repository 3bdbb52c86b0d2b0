"""`printgate dns`, as an administrator types it."""

import json
import shutil
import subprocess

import pytest

from tests.gateway.conftest import run


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    for words in (
        ("device", "add", "one", (tmp_path / "home" / "trial").as_uri()),
        ("queue", "add", "hall", "--info", "Open Hall", "--location", "Büro 2.OG", "--trusted-network", "192.0.2.0/24"),
        ("queue", "add", "safe", "--info", "Safe"),
    ):
        assert run(home, *words).returncode == 0
    return home


def test_a_whole_zone_that_bind_takes(home, tmp_path):
    words = ("--host", "gw.example.org", "--address", "192.0.2.1", "2001:db8::1", "--nameserver", "gw.example.org")
    done = run(home, "dns", "zone", *words, "--contact", "dns.admin@example.org")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "$ORIGIN example.org.\n$TTL 3600\n@ IN SOA gw.example.org. dns\\.admin.example.org. 20"
    )
    assert '"note=B\\195\\188ro 2.OG"' in done.stdout
    assert "Open\\032Hall._ipp._tcp 3600 IN SRV 0 0 8631 gw" in done.stdout
    assert "Safe._ipp._tcp" not in done.stdout
    assert '"air=username,password"' in done.stdout
    assert "Printgate._ipps-system._tcp 3600 IN SRV 0 0 8631 gw" in done.stdout
    checker = shutil.which("named-checkzone", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if checker:
        (tmp_path / "zone").write_text(done.stdout)
        subprocess.run([checker, "-i", "full", "example.org", tmp_path / "zone"], check=True, timeout=20)
    (tmp_path / "before").write_text(done.stdout)
    again = run(home, "dns", "zone", *words, "--previous", str(tmp_path / "before"))
    assert serial(again.stdout) > serial(done.stdout)


def serial(zone):
    return int(next(line for line in zone.splitlines() if " SOA " in line).split()[5])


def test_a_part_for_another_domain_host_and_port(home):
    words = ("--domain", "print.example.com", "--host", "balancer.example.net", "--port", "443", "--ttl", "5m")
    done = run(home, "dns", "zone", *words)
    assert "SOA" not in done.stdout
    assert "Open\\032Hall._ipps._tcp 300 IN SRV 0 0 443 balancer.example.net." in done.stdout
    assert '"adminurl=https://balancer.example.net:443/"' in done.stdout
    rows = json.loads(run(home, "dns", "zone", *words, "--json").stdout)
    assert {
        "name": "lb._dns-sd._udp.print.example.com.",
        "ttl": 300,
        "type": "PTR",
        "data": "print.example.com.",
    } in rows


def test_commands_for_nsupdate_take_out_what_has_gone(home, tmp_path):
    words = ("--host", "gw.example.org")
    (tmp_path / "before").write_text(run(home, "dns", "zone", *words).stdout)
    assert run(home, "queue", "remove", "safe").returncode == 0
    done = run(home, "dns", "nsupdate", *words, "--previous", str(tmp_path / "before"))
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("zone example.org.", "send")
    assert "update delete _ipps._tcp.example.org. PTR Safe._ipps._tcp.example.org." in lines
    assert not [line for line in lines if line.startswith("update add Safe")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zone", "--host", "gw.example.org", "--nameserver", "gw.example.org"), "--address"),
        (("zone", "--host", "gw example.org"), "no name of a host"),
        (("zone", "--host", "gw.example.org", "--port", "70000"), "--port"),
        (("nsupdate", "--host", "gw.example.org", "--address", "here"), "'here' is no address"),
        (
            (
                "zone",
                "--host",
                "gw.example.net",
                "--address",
                "::1",
                "--nameserver",
                "ns.example.org",
                "--contact",
                "@example.org",
            ),
            "no name",
        ),
        (
            (
                "zone",
                "--host",
                "gw.example.net",
                "--address",
                "::1",
                "--nameserver",
                "ns.example.org",
                "--contact",
                "me",
            ),
            "no name",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_words(home, words, said):
    done = run(home, "dns", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_a_previous_file_that_cannot_be_used(home, tmp_path):
    words = ("dns", "nsupdate", "--host", "gw.example.org", "--previous")
    assert "cannot be read" in run(home, *words, str(tmp_path / "absent")).stderr
    (tmp_path / "odd").write_text("what is this")
    assert "no zone file" in run(home, *words, str(tmp_path / "odd")).stderr


def test_the_host_of_the_configuration_is_the_default(home):
    done = run(home, "dns", "zone", PRINTGATE_DNS_HOST="printers.example.org")
    assert done.stdout.startswith("$ORIGIN example.org.\n")
    assert "IN SRV 0 0 8631 printers" in done.stdout
    assert "dns_host" in run(home, "dns", "zone", PRINTGATE_DNS_HOST="not a host").stderr
    assert "dns_addresses" in run(home, "dns", "zone", PRINTGATE_DNS_ADDRESSES="192.0.2.1 here").stderr
