"""The one machine that most end-to-end tests share: a gateway, a person's cupsd, and printers beside them."""

import pytest

from tests.e2e import paper
from tests.e2e.bed import Cups, EvePrinter, Gateway, Machine, Sink, need

TRUSTED = ("--kind", "follow-me", "--trusted-network", "127.0.0.0/8", "--trusted-network", "::1/128")
PRICE = {"mono": 3, "color": 11, "sheet": 2}
PRICED = [word for name, value in PRICE.items() for word in (f"--{name}", str(value))]


@pytest.fixture(scope="session")
def machine():
    made = Machine()
    try:
        made.avahi()
        yield made
    finally:
        made.end()


@pytest.fixture(scope="session")
def gateway(machine):
    """A gateway with alice and bob, and two follow-me queues over all devices: with passwords, and trusting its network."""
    running = Gateway(machine, "--no-mdns", "--port", "8631")
    running.add_user("alice", "alice's secret")
    running.add_user("bob", "bob's secret")
    running.command("queue", "add", "open", *TRUSTED)
    return running


@pytest.fixture(scope="session")
def cups(machine):
    return Cups(machine)


@pytest.fixture(scope="session")
def papers(machine):
    """A folder with the documents that are printed; what comes out of them is read by these programs."""
    need("pdfinfo", "pdftoppm", "gs")
    made = machine.folder / "papers"
    made.mkdir()
    (made / "three.pdf").write_bytes(paper.pdf())
    (made / "hello.txt").write_text("Hello.\nSecond line.\n")
    (made / "photo.jpg").write_bytes(paper.jpeg())
    return made


@pytest.fixture(scope="session")
def fine(machine, gateway):
    """A printer that takes PDF, in colour and on both sides."""
    return _eve(machine, gateway, "fine", 8711, "-f", "application/pdf", "-2", "-s", "20,15")


@pytest.fixture(scope="session")
def plain(machine, gateway):
    """A printer that takes PWG raster alone, in black and white on one side."""
    return _eve(machine, gateway, "plain", 8712, "-f", "image/pwg-raster", "-s", "20")


@pytest.fixture(scope="session")
def apple(machine, gateway):
    """A printer that takes Apple raster alone, in colour and on both sides."""
    return _eve(machine, gateway, "apple", 8713, "-f", "image/urf", "-2", "-s", "20,15")


def _eve(machine, gateway, name, port, *options):
    printer = EvePrinter(machine, port, *options)
    add_device(gateway, name, printer.uri)
    return printer


def add_device(gateway, name, uri):
    gateway.command("device", "add", name, uri)
    gateway.command("device", "set", name, *PRICED)


@pytest.fixture(scope="session")
def sink(machine):
    """A raw printer on port 9100, without a device for it."""
    return Sink(machine, 9100)


RAW = {
    "laser": "format=application/vnd.hp-PCLXL",
    "press": "format=application/postscript&color=true&duplex=true",
    "mopier": "format=application/pdf&color=true&duplex=true&copies=99",
    "old": "",
}
"""What the raw printer is said to be in its URI, by the device's name; "old" leaves it at what such printers mostly are."""


@pytest.fixture(scope="session")
def raw(gateway, sink):
    """The raw printer under all its names."""
    for name, words in RAW.items():
        add_device(gateway, name, f"socket://127.0.0.1:9100?{words}".rstrip("?"))
    return dict.fromkeys(RAW, sink)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show what the gateway wrote last beside a test that failed."""
    report = yield
    running = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Gateway)]
    if report.failed and running and running[0].log.exists():
        report.sections.append(("gateway's log", running[0].log.read_text(errors="replace")[-3000:]))
    return report
