"""The printers in ordinary zones, as BIND checks, serves and updates them."""

import contextlib
import shutil
import socket
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.zone
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdns.txt import PrinterFacts, record
from mdns.zone import Place, ZoneError, master_file, rows, serial_now, serial_of, updates

ODD = 'Büro "2.OG"; $5 @ (Nord) \\ x'
FOLLOW_ME = PrinterFacts(
    "Follow Me", "ipp/print/follow-me", "68c644be-c56e-37ab-7e45-4c1c0f32c4aa", 8631, "Printgate",
    ("application/pdf", "image/urf"), urf=("V1.4", "W8"), note='Büro "2.OG"; \\ $5 @', admin_url="http://gw.example.org:8631/",
    secure_admin_url="https://gw.example.org:8631/",
)  # fmt: skip
SECURE = replace(FOLLOW_ME, name="Secure", rp="ipp/print/secure", secure_only=True, air="username,password")
QUEUES = (FOLLOW_ME, replace(FOLLOW_ME, name=ODD, rp="ipp/print/odd"), SECURE)
PLACE = Place("example.org", "gw.example.org", ("192.0.2.1", "2001:db8::1"), nameservers=("gw.example.org",))
PART = replace(PLACE, nameservers=())


def need(*programs):
    path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    return [shutil.which(program, path=path) for program in programs]


def parsed(text):
    return dns.zone.from_text(text, "example.org", relativize=False, check_origin=False)


def answers(text, name, kind):
    """Data of a name that is given as labels."""
    full = dns.name.Name([*(label.encode() for label in name), b"example", b"org", b""])
    found = parsed(text).get_rdataset(full, kind)
    return sorted(found, key=lambda data: data.to_text()) if found else []


@pytest.mark.parametrize("queues", [QUEUES, (FOLLOW_ME,), ()])
def test_bind_takes_the_zone_without_a_word(tmp_path, queues):
    (check,) = need("named-checkzone")
    path = tmp_path / "zone"
    path.write_text(master_file(queues, PLACE, 2026112101))
    done = subprocess.run(
        [check, "-i", "full", "-k", "ignore", "example.org", path],
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, ["zone example.org/IN: loaded serial 2026112101", "OK"])


def test_a_part_is_included_in_a_zone_of_somebody_else(tmp_path):
    (check,) = need("named-checkzone")
    (tmp_path / "printers").write_text(master_file(QUEUES, PART))
    head = "$TTL 1h\n@ IN SOA ns.example.net. x.example.net. 1 1 1 1 1\n@ IN NS ns.example.net.\nwww IN A 192.0.2.9\n"
    (tmp_path / "zone").write_text(f"{head}$INCLUDE {tmp_path / 'printers'}\n")
    done = subprocess.run(
        [check, "-i", "full", "example.org", tmp_path / "zone"], check=False, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stdout


def test_each_queue_is_found_by_type_and_subtype_and_told_as_by_multicast():
    text = master_file(QUEUES, PLACE, 1)
    for subtype in ((), ("_print", "_sub"), ("_universal", "_sub")):
        plain, secure = (answers(text, (*subtype, service, "_tcp"), "PTR") for service in ("_ipp", "_ipps"))
        assert {data.target.labels[0].decode() for data in plain} == {"Follow Me", ODD}
        assert {data.target.labels[0].decode() for data in secure} == {"Follow Me", ODD, "Secure"}
    (service,) = answers(text, (ODD, "_ipps", "_tcp"), "SRV")
    assert (service.port, service.target.to_text()) == (8631, "gw.example.org.")
    (strings,) = answers(text, ("Follow Me", "_ipps", "_tcp"), "TXT")
    told = dict(string.decode().split("=", 1) for string in strings.strings)
    assert told == record(FOLLOW_ME, secure=True)
    assert told["adminurl"] == "https://gw.example.org:8631/"
    assert answers(text, ("Secure", "_ipp", "_tcp"), "SRV") == []
    for browsing in ("b", "db", "lb"):
        assert [data.to_text() for data in answers(text, (browsing, "_dns-sd", "_udp"), "PTR")] == ["example.org."]
    for registering in ("r", "dr"):
        assert answers(text, (registering, "_dns-sd", "_udp"), "PTR") == []
    types = [data.target.to_text() for data in answers(text, ("_services", "_dns-sd", "_udp"), "PTR")]
    assert types == ["_ipp._tcp.example.org.", "_ipps._tcp.example.org."]
    assert [data.to_text() for data in answers(text, ("gw",), "A")] == ["192.0.2.1"]
    assert [data.to_text() for data in answers(text, ("gw",), "AAAA")] == ["2001:db8::1"]


def test_a_host_of_another_zone_has_its_addresses_there():
    text = master_file(QUEUES, replace(PART, host="balancer.example.net"))
    assert "192.0.2.1" not in text
    assert answers(text, ("Follow Me", "_ipp", "_tcp"), "SRV")[0].target.to_text() == "balancer.example.net."


@settings(max_examples=150, deadline=None)
@given(name=st.text(min_size=1, max_size=80), note=st.text(max_size=200))
def test_any_name_and_place_comes_back_as_it_was(name, note):
    queue = replace(FOLLOW_ME, name=name, note=note)
    zone = parsed(master_file([queue], PLACE, 1))
    pointers = zone.get_rdataset("_ipp._tcp.example.org.", "PTR")
    strings = zone.get_rdataset(pointers[0].target, "TXT")[0].strings
    assert dict(string.decode().split("=", 1) for string in strings) == record(queue)


def test_it_is_sorted_so_that_two_files_can_be_compared():
    text = master_file(QUEUES, PLACE, 1)
    assert text == master_file(QUEUES[::-1], PLACE, 1)
    names = [row.name for row in rows(QUEUES, PLACE)]
    assert names == sorted(names)


def test_serials_go_by_date_and_never_back():
    morning, evening = datetime(2026, 11, 21, 0, 20, tzinfo=UTC), datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
    assert (serial_now(None, morning), serial_now(None, evening)) == (2026112101, 2026112199)
    assert serial_now(2026112150, morning) == 2026112151
    assert serial_now(2026112000, morning) == 2026112101
    assert serial_of(master_file(QUEUES, PLACE, 77), "example.org") == 77
    assert serial_of(master_file(QUEUES, PART), "example.org") is None
    assert serial_of("", "example.org") is None


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (replace(PLACE, addresses=()), "--address"),
        (replace(PLACE, nameservers=("ns.example.org",)), "ns.example.org"),
        (replace(PART, domain="exa mple"), "exa mple"),
        (replace(PART, domain=""), "no name"),
        (replace(PART, host="a..b"), r"a\.\.b"),
        (replace(PART, addresses=("192.0.2.300",)), r"192\.0\.2\.300"),
    ],
)
def test_what_cannot_be_is_refused_with_words(place, words):
    with pytest.raises(ZoneError, match=words):
        master_file(QUEUES, place)


def test_a_previous_file_that_is_none():
    with pytest.raises(ZoneError, match="no zone file"):
        updates(QUEUES, PART, previous="what is this\n")
    with pytest.raises(ZoneError, match="no zone file"):
        updates(QUEUES, PART, previous="$INCLUDE /etc/passwd\n")


class Bind:
    """A name server of our own on loopback."""

    def __init__(self, folder, zone):
        self._named, self._nsupdate, self._dig = need("named", "nsupdate", "dig")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "zone").write_text(zone)
        (folder / "named.conf").write_text(f"""
            options {{ directory "{folder}"; listen-on port {self.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
                pid-file none; session-keyfile none; recursion no; max-records-per-type 1000; dnssec-validation no; notify no; }};
            controls {{ }};
            zone "example.org" {{ type primary; file "{folder}/zone"; check-names ignore;
                allow-update {{ 127.0.0.1; }}; allow-transfer {{ 127.0.0.1; }}; }};
        """)
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen([self._named, "-g", "-n", "1", "-c", folder / "named.conf"], stderr=log)
        until = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < until and self.process.poll() is None, (folder / "log").read_text()
            time.sleep(0.05)

    def _answers(self):
        with contextlib.suppress(OSError, dns.exception.DNSException):
            query = dns.message.make_query("example.org.", "SOA")
            return bool(dns.query.udp(query, "127.0.0.1", port=self.port, timeout=1).answer)

    def dig(self, *words):
        command = [self._dig, "+short", f"-p{self.port}", "@127.0.0.1", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.splitlines()

    def transfer(self):
        """All of the zone, as an administrator gets it."""
        command = [self._dig, f"-p{self.port}", "@127.0.0.1", "AXFR", "example.org"]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout

    def update(self, commands):
        done = subprocess.run(
            [self._nsupdate, "-v"],
            input=f"server 127.0.0.1 {self.port}\n{commands}",
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


@pytest.fixture
def bind(tmp_path):
    running = []

    def start(zone):
        running.append(Bind(tmp_path, zone))
        return running[0]

    yield start
    for server in running:
        server.process.terminate()
        server.process.wait(20)


@pytest.mark.e2e
def test_bind_serves_the_zone_as_clients_ask_for_it(bind):
    server = bind(master_file(QUEUES, PLACE, 1))
    assert server.dig("PTR", "b._dns-sd._udp.example.org") == ["example.org."]
    assert len(server.dig("PTR", "_universal._sub._ipps._tcp.example.org")) == 3
    (odd,) = [name for name in server.dig("PTR", "_ipp._tcp.example.org") if not name.startswith("Follow")]
    assert server.dig("SRV", odd) == ["0 0 8631 gw.example.org."]
    (text,) = server.dig("TXT", odd)
    assert '"note=B\\195\\188ro \\"2.OG\\"; \\\\ $5 @"' in text
    assert server.dig("AAAA", "gw.example.org") == ["2001:db8::1"]


@pytest.mark.e2e
def test_nsupdate_brings_a_zone_up_to_date_and_leaves_others_alone(bind):
    head = "$TTL 1h\n@ IN SOA ns.example.net. x.example.net. 1 1 1 1 1\n@ IN NS ns.example.net.\nwww IN A 192.0.2.9\n"
    others = '_ipp._tcp IN PTR Other._ipp._tcp\nOther._ipp._tcp IN SRV 0 0 631 www\nOther._ipp._tcp IN TXT "rp=x"\n'
    server = bind(head + others)
    server.update(updates(QUEUES, PART))
    first = server.transfer()
    wanted = {(r.name, r.kind, r.data) for r in rows(QUEUES, PART)}
    assert {(name, data.rdtype, data) for name, _, data in parsed(first).iterate_rdatas()} >= wanted
    assert len(server.dig("PTR", "_ipp._tcp.example.org")) == 3
    server.update(updates(QUEUES, PART))  # again: nothing becomes double
    assert len(server.dig("PTR", "_ipp._tcp.example.org")) == 3

    # One queue moved, one got a password, one went; what was there is read from the server itself.
    now = (replace(FOLLOW_ME, note="Cellar"), replace(QUEUES[1], secure_only=True))
    server.update(updates(now, PART, previous=first))
    second = server.transfer()
    told = {(name, data.rdtype, data) for name, _, data in parsed(second).iterate_rdatas()}
    assert told >= {(r.name, r.kind, r.data) for r in rows(now, PART)}
    assert sorted(server.dig("PTR", "_ipp._tcp.example.org")) == [
        "Follow\\032Me._ipp._tcp.example.org.",
        "Other._ipp._tcp.example.org.",
    ]
    assert server.dig("SRV", "Secure._ipps._tcp.example.org") == []
    assert "note=Cellar" in server.dig("TXT", "Follow\\032Me._ipp._tcp.example.org")[0]
    assert server.dig("A", "www.example.org") == ["192.0.2.9"]

    # Alone in the domain: what others tell is taken out of the lists.
    server.update(updates(now, PART, alone=True))
    assert server.dig("PTR", "_ipp._tcp.example.org") == ["Follow\\032Me._ipp._tcp.example.org."]


@pytest.mark.e2e
def test_a_thousand_queues_are_updated_in_messages_that_fit(bind):
    queues = [
        replace(FOLLOW_ME, name=f"{'x' * 30} {n}", note="n" * 127, pdl=tuple(f"image/{k:030}" for k in range(6)))
        for n in range(1000)
    ]
    server = bind(master_file((), replace(PLACE, nameservers=("ns.example.net",)), 1))
    commands = updates(queues, PART)
    # What BIND must be told to take so many is said.
    assert commands.startswith("; 1000 records of one name: BIND takes them with max-records-per-type 1000")
    assert not updates(queues[:100], PART).startswith(";")
    server.update(commands)
    assert len(server.dig("+tcp", "PTR", "_ipps._tcp.example.org")) == 1000
