"""The gateway passes CUPS's suites for IPP/1.1 and 2.0, on a queue that prints at once and on one that holds."""

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
    assert outcome.passed, outcome.words


@pytest.mark.parametrize("queue", suites.QUEUES)
@pytest.mark.parametrize("suite", ["ipp-1.1", "ipp-2.0"])
def test_suite_of_a_version(folder, server, queue, suite):
    outcome = suites.run(folder, server.uri(queue), suite)
    check(outcome)
    assert not outcome.left_out


@pytest.mark.parametrize("variant", suites.VARIANTS)
def test_variants_of_transport_and_version(folder, server, variant):
    # With -L ipptool promises the length of the document before its compression, and waits for ever.
    for suite in SHORT + COMPRESSED * (variant != "length"):
        check(suites.run(folder, server.uri("direct"), suite, suites.VARIANTS[variant]))


@pytest.mark.parametrize("suite", SHORT + COMPRESSED)
def test_short_suites_on_a_queue_that_holds(folder, server, suite):
    check(suites.run(folder, server.uri("held"), suite))


def test_a_document_that_is_missing_is_noticed(folder, server, tmp_path):
    """A suite whose document cannot be read must not count as passed: that is what ipptool would have us believe."""
    lame = shutil.copytree(folder, tmp_path / "lame")
    (lame / "color.jpg").unlink()
    outcome = suites.run(lame, server.uri("direct"), "ipp-1.1")
    assert not outcome.failed
    assert not outcome.complete
