"""The gateway passes CUPS's suites, on a queue that prints at once and on one that holds."""

import contextlib
import json
import shutil

import pytest

from tests.e2e import suites

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("ipptool") is None, reason="needs ipptool: scripts/setup test installs it"),
]

SHORT = ("get-printer-attributes-suite", "print-job", "create-job")
COMPRESSED = ("print-job-gzip", "print-job-deflate")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return suites.prepare(tmp_path_factory.mktemp("ipptool"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = suites.Server(tmp_path_factory.mktemp("gateway"))
    try:
        running.add_queues()
        yield running
    finally:
        running.stop()


def check(outcome):
    assert outcome.complete, f"{outcome.ran} of {outcome.expected} tests ran\n{outcome.words}"
    assert not outcome.failed, outcome.words
    assert outcome.passed or outcome.skipped, outcome.words


@pytest.mark.parametrize("queue", suites.QUEUES)
@pytest.mark.parametrize("suite", ["ipp-2.2", "ipp-everywhere", "get-printer-attributes-suite"])
def test_suite(folder, server, queue, suite):
    """The suite of IPP/2.2 runs those of 1.1, 2.0 and 2.1 as well."""
    check(suites.run(folder, server.uri(queue), suite))


@pytest.mark.parametrize("suite", suites.SINGLE)
def test_one_operation(folder, server, suite):
    for queue in suites.QUEUES:
        check(suites.run(folder, server.uri(queue), suite))


@pytest.mark.parametrize("variant", suites.VARIANTS)
def test_variants_of_transport(folder, server, variant):
    for suite in SHORT + COMPRESSED * (variant != "length"):
        check(suites.run(folder, server.uri("direct"), suite, suites.VARIANTS[variant]))


@pytest.mark.parametrize("version", suites.MEANT_FOR)
def test_versions(folder, server, version):
    for suite in SHORT[1:]:
        check(suites.run(folder, server.uri("direct"), suite, ("-V", version)))


def test_a_document_that_is_missing_is_noticed(folder, server, tmp_path):
    """A suite whose document cannot be read must not count as passed: that is what ipptool would have us believe."""
    lame = shutil.copytree(folder, tmp_path / "lame")
    (lame / "color.jpg").unlink()
    # The suite takes the first job that waits for its own: those that other tests left are in its way.
    for job in json.loads(server.command("job", "list", "--waiting", "--json")):
        with contextlib.suppress(AssertionError):  # it has ended meanwhile
            server.command("job", "cancel", str(job["id"]))
    outcome = suites.run(lame, server.uri("direct"), "ipp-1.1")
    assert not outcome.failed
    assert not outcome.complete
