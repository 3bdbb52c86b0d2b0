"""Under which name a client found us: answers repeat it where it is one, and nothing else that a client writes."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, Operation, Status
from ipp.message import Group, Message
from ipp_server.authority import is_host, is_plain
from tests.ipp_server.wire import exchange, question, written

pytestmark = pytest.mark.usefixtures("quiet")
NAMES = (
    "printer-uri-supported",
    "printer-icons",
    "printer-more-info",
    "printer-supply-info-uri",
    "printer-strings-uri",
)

REPEATED = [
    "localhost", "localhost:631", "print.example.com", "print.example.com.", "Print.Example.COM:8631", "a_b.local",
    "10.0.0.1", "10.0.0.1:631", "[::1]", "[::1]:631", "[2001:db8::1]:65535", "[::ffff:10.0.0.1]", "xn--bcher-kva.example",
    "a" * 63 + ".example",
]  # fmt: skip
OURS = [
    "", "[fe80::1%25eth0]:631", "[fe80::1%eth0]", "localhost:", "a..b", ".a", "-a", "a%41", "a!b", "a;b",
    "a,b", "'a'", "(a)", "[::1%eth0]", "*",
]  # fmt: skip
REFUSED = [
    "a b", "a/b", "a?b", "a#b", "a@b", "<a>", 'a"b', "a\\b", "a|b", "{a}", "a:b", "a:65536", "a:99999", "a:0", "a:-1",
    "a:6x", "[]", "[::1", "[v1.a]", "[1::2::3]", "[12345::]", "[::1%]", "a:631:631", "::1", "http://a", "\xe9", "a\tb", "a" * 400,
]  # fmt: skip


def uris(door, host, **words):
    said = exchange(door, written(question(door, *NAMES), Host=host, Connection="close", **words))
    assert said.statuses == [200]
    assert said.code() is Status.SUCCESSFUL_OK
    printer = said.message().group(GroupTag.PRINTER)
    found = [uri for name in NAMES for uri in printer.strings(name)]
    assert len(found) > 3
    return found


@pytest.mark.parametrize("host", REPEATED)
def test_a_name_is_repeated_as_it_was_written(door, host):
    assert is_host(host)
    assert is_plain(host)
    assert {uri.split("/")[2] for uri in uris(door, host)} == {host}


@pytest.mark.parametrize("host", OURS)
def test_what_is_no_plain_name_is_not_repeated(door, host):
    assert not is_plain(host)
    assert is_host(host)
    assert {uri.split("/")[2] for uri in uris(door, host)} == {door.authority}


@pytest.mark.parametrize("host", REFUSED)
def test_what_no_host_can_be_is_refused(door, host):
    """RFC 9112 section 3.2; it could else stand in a page, a link or a log."""
    assert not is_plain(host)
    said = exchange(door, written(question(door), Host=host))
    assert said.statuses == [400]
    assert said.closed
    assert host.encode() not in said.bodies[0] or len(host) < 4


@pytest.mark.parametrize("host", REFUSED)
@pytest.mark.parametrize("path", ["/", "/help", "/nothing"])
def test_pages_are_not_shown_under_such_a_name_either(door, host, path):
    said = exchange(door, written(line=f"GET {path} HTTP/1.1", Host=host), tls=True)
    assert said.statuses == [400]


@pytest.mark.parametrize("path", ["/", "/help"])
@pytest.mark.parametrize("host", [*REPEATED, *OURS])
def test_pages_have_an_answer_under_any_other_name(door, host, path):
    said = exchange(door, written(line=f"GET {path} HTTP/1.1", Host=host, Connection="close"), tls=True)
    assert said.statuses[0] in (200, 303, 400)


def test_without_a_host_http_1_0_is_answered_with_ours(door):
    found = uris(door, None, line="POST /ipp/print HTTP/1.0")
    assert {uri.split("/")[2] for uri in found} == {door.authority}


@pytest.mark.parametrize(
    ("target", "host"),
    [("http://other.example:631", "other.example:631"), ("http://[::1]:80", "[::1]:80"), ("http://u:p@a", None)],
)
def test_a_whole_uri_goes_before_the_host(door, target, host):
    found = uris(door, "localhost", line=f"POST {target}/ipp/print HTTP/1.1")
    assert {uri.split("/")[2] for uri in found} == {host or door.authority}


BETTER = [  # Host, the authority of printer-uri, what answers say
    ("localhost:{port}", "127.0.0.1:{port}", "127.0.0.1:{port}"),
    ("127.0.0.1:{port}", "localhost:{port}", "localhost:{port}"),
    ("10.0.0.1:{port}", "print.example.com:{port}", "print.example.com:{port}"),
    ("localhost:631", "[::1]", "[::1]:631"),
    ("10.0.0.1:631", "print.example.com", "print.example.com:631"),
    ("10.0.0.1", "print.example.com", "print.example.com"),
]
NO_BETTER = [  # what is no use in a URI leaves the Host as it is
    ("10.0.0.1:{port}", "localhost:{port}"),  # as CUPS's clients write it, whatever server they ask
    ("print.example.com:631", "127.0.0.1"),
    ("print.example.com:8631", "[::1]:8631"),
    ("print.example.com", "localhost."),
    ("10.0.0.1:8631", "print.example.com:631"),
    ("10.0.0.1:8631", "print.example.com"),
    ("10.0.0.1", "print.example.com:8631"),
    ("10.0.0.1:631", "who@print.example.com:631"),
    ("10.0.0.1:631", "[fe80::1%25eth0]:631"),
    ("10.0.0.1:631", "<b>:631"),
    ("10.0.0.1:631", "print.example.com:99999"),
    ("10.0.0.1:631", ""),
]


def named(door, host, of_uri):
    """The authorities of all URIs that a queue says of itself, asked twice in the same words."""
    charset, language, _, *more = door.operation(Operation.GET_PRINTER_ATTRIBUTES).groups[0].attributes
    uri = build.uri("printer-uri", f"ipp://{of_uri}/ipp/print/held")
    asked = Group(GroupTag.OPERATION, [charset, language, uri, *more, build.keyword("requested-attributes", *NAMES)])
    body = encode(Message((2, 0), Operation.GET_PRINTER_ATTRIBUTES, 7, [asked]))
    said = exchange(door, written(body, Host=host), written(body, Host=host, Connection="close"))
    assert said.statuses == [200, 200]
    assert said.bodies[0] == said.bodies[1]
    printer = said.message().group(GroupTag.PRINTER)
    return {uri.split("/")[2] for name in NAMES for uri in printer.strings(name)}


@pytest.mark.parametrize(("host", "of_uri", "answered"), BETTER)
def test_a_client_that_looked_our_name_up_finds_it_again(door, host, of_uri, answered):
    port = door.authority.partition(":")[2]
    assert named(door, host.format(port=port), of_uri.format(port=port)) == {answered.format(port=port)}


@pytest.mark.parametrize(("host", "of_uri"), NO_BETTER)
def test_a_name_in_the_uri_that_is_of_no_use_is_not_repeated(door, host, of_uri):
    port = door.authority.partition(":")[2]
    assert named(door, host.format(port=port), of_uri.format(port=port)) == {host.format(port=port)}


def test_the_same_words_from_another_host_are_answered_for_that_host(door):
    """What is remembered of a request is not where it came to."""
    assert named(door, "a.example:8631", "b.example:8631") == {"b.example:8631"}
    assert named(door, "a.example:9631", "b.example:8631") == {"a.example:9631"}


def test_the_uri_of_a_job_has_the_name_that_its_printer_was_asked_under(door):
    port = door.authority.partition(":")[2]
    said = door.send(encode(door.operation(Operation.CREATE_JOB)), headers={"Host": f"localhost:{port}"})
    assert said.job.string("job-uri").split("/")[2] == door.authority


@pytest.mark.parametrize(
    ("scheme", "tls", "told"), [("ipp", True, "ipp"), ("ipps", False, "ipps"), ("http", True, "ipps")]
)
def test_a_job_is_told_of_by_the_scheme_it_was_asked_for_with(door, scheme, tls, told):
    """RFC 8011 section 5.3.3: after an upgrade to TLS, or where something speaks TLS for us, that is not the connection's."""
    made = door.send(encode(door.operation(Operation.CREATE_JOB, scheme=scheme)), tls=tls)
    looked = encode(door.operation(Operation.GET_JOB_ATTRIBUTES, job=made.number, scheme=scheme))
    job = door.send(looked, tls=tls).job
    assert job.string("job-printer-uri") == door.uri(scheme=told)
    assert job.string("job-uri") == f"{door.uri(scheme=told)}/{made.number}"
