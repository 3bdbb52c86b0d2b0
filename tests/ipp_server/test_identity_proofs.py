"""Kerberos tickets and access tokens at the gateway's own door, beside passwords."""

import asyncio
import base64
import http.client
import importlib.util
import socket
import threading

import pytest

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import Operation, Status
from tests.directory import kdc as kdc_module
from tests.directory.kdc import REALM, Kdc
from tests.directory.oauth_server import AUDIENCE, OAuthServer
from tests.ipp_server.client import TRUSTING, Answer, basic
from tests.ipp_server.conftest import House

KERBEROS = kdc_module.available() and importlib.util.find_spec("gssapi") is not None


class InThread:
    """The authorisation server in a loop of its own."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.server = self._ask(OAuthServer().start())

    def _ask(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def stop(self):
        self._ask(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def oauth():
    running = InThread()
    yield running.server
    running.stop()


@pytest.fixture(scope="module")
def kdc(tmp_path_factory):
    if not KERBEROS:
        pytest.skip("no Kerberos here: krb5-kdc, krb5-user and the extra kerberos")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Kdc(tmp_path_factory.mktemp("kdc"), port)
    for name in ("alice", "Dora", "root"):
        made.person(name, "secret")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KRB5_CONFIG", "KRB5RCACHEDIR"):
            patch.setenv(name, made.environment[name])
        yield made
    made.end()


@pytest.fixture(scope="module")
def house(tmp_path_factory, request, oauth):
    more = {}
    if KERBEROS:
        more = {"kerberos_keytab": str(request.getfixturevalue("kdc").keytab), "kerberos_realms": (REALM,)}
    running = House(
        tmp_path_factory.mktemp("home"),
        **more,
        oauth_authorization_server_uri=oauth.uri,
        oauth_audience=AUDIENCE,
        oauth_scope=("print",),
        oauth_plain_loopback=True,
    )
    yield running
    running.stop()


def send(door, authorization, operation=Operation.CREATE_JOB, *, connection=None, queue="private", user="mallory"):
    """Send a right request with this Authorization over TLS; returns the answer with all its fields."""
    body = encode(door.operation(operation, queue=queue, user=user))
    headers = {"Content-Type": "application/ipp"} | ({"Authorization": authorization} if authorization else {})
    used = connection or http.client.HTTPSConnection("127.0.0.1", door.port, timeout=20, context=TRUSTING)
    used.request("POST", "/ipp/print", body, headers)
    response = used.getresponse()
    data = response.read()
    if connection is None:
        used.close()
    message = decode(data)[0] if response.headers["Content-Type"] == "application/ipp" else None
    return Answer(response.status, message, response.headers)


def context_of(kdc, name):
    import gssapi

    credentials = gssapi.Credentials(usage="initiate", store={"ccache": kdc.sign_in(name, "secret")})
    return gssapi.SecurityContext(
        name=gssapi.Name("HTTP@localhost", gssapi.NameType.hostbased_service),
        creds=credentials,
        usage="initiate",
        flags=gssapi.RequirementFlag.mutual_authentication,
        mech=gssapi.OID.from_int_seq("1.3.6.1.5.5.2"),
    )


def negotiate(context):
    return "Negotiate " + base64.b64encode(context.step()).decode()


def owner(house, answer):
    return house.job(answer.number).user_name


def test_all_ways_are_offered(door):
    refused = send(door, "")
    assert refused.http == 401
    assert refused.headers.get_all("WWW-Authenticate") == [
        *(["Negotiate"] if KERBEROS else []),
        'Bearer realm="Printgate", scope="print"',
        'Basic realm="Printgate", charset="UTF-8"',
    ]


def test_the_queue_says_so(door, oauth):
    asked = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="private", tls=True).printer
    ways = (*(("negotiate",) if KERBEROS else ()), "oauth", "basic")
    assert asked.strings("uri-authentication-supported") == ways
    assert asked.strings("printer-uri-supported") == (door.uri("private", "ipps"),) * len(ways)
    assert asked.strings("uri-security-supported") == ("tls",) * len(ways)
    assert asked.string("oauth-authorization-server-uri") == oauth.uri
    assert asked.strings("oauth-authorization-scope") == ("print",)
    trusting = door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue="held").printer
    assert trusting.strings("uri-authentication-supported") == ("requesting-user-name",)


def test_a_ticket_says_who_prints_and_the_server_proves_itself(house, door, kdc):
    context = context_of(kdc, "alice")
    answer = send(door, negotiate(context))
    assert answer.status is Status.SUCCESSFUL_OK and owner(house, answer) == "alice"
    (proof,) = answer.headers.get_all("WWW-Authenticate")
    scheme, _, token = proof.partition(" ")
    assert scheme == "Negotiate"
    context.step(base64.b64decode(token))
    assert context.complete


def test_a_long_answer_has_the_proof_too(door, kdc):
    answer = send(door, negotiate(context_of(kdc, "alice")), Operation.GET_JOBS)
    assert answer.status is Status.SUCCESSFUL_OK and answer.headers["WWW-Authenticate"].startswith("Negotiate ")


def test_one_ticket_counts_for_one_request(house, door, kdc):
    ticket = negotiate(context_of(kdc, "alice"))
    assert send(door, ticket).status is Status.SUCCESSFUL_OK
    assert send(door, ticket).http == 401
    # Nor does the connection remember whom it knew.
    connection = http.client.HTTPSConnection("127.0.0.1", door.port, timeout=20, context=TRUSTING)
    assert send(door, negotiate(context_of(kdc, "alice")), connection=connection).status is Status.SUCCESSFUL_OK
    assert send(door, "", connection=connection).http == 401
    connection.close()


def test_who_is_new_is_made_known(house, door, kdc):
    assert owner(house, send(door, negotiate(context_of(kdc, "Dora")))) == "dora"


def test_an_administrator_with_a_ticket_administers(door, kdc):
    paused = send(door, negotiate(context_of(kdc, "root")), Operation.PAUSE_PRINTER)
    assert paused.status is Status.SUCCESSFUL_OK
    assert send(door, negotiate(context_of(kdc, "root")), Operation.RESUME_PRINTER).status is Status.SUCCESSFUL_OK
    refused = send(door, negotiate(context_of(kdc, "alice")), Operation.PAUSE_PRINTER)
    assert refused.status is Status.CLIENT_ERROR_NOT_AUTHORIZED


def test_an_access_token_says_who_prints(house, door, oauth):
    answer = send(door, f"Bearer {oauth.token('Alice', scope='print openid')}")
    assert answer.status is Status.SUCCESSFUL_OK and owner(house, answer) == "alice"
    assert "WWW-Authenticate" not in answer.headers
    assert owner(house, send(door, f"bearer {oauth.token('erin', scope='print')}")) == "erin"


def test_a_password_still_does(house, door):
    assert owner(house, send(door, basic("bob", "bob's secret"))) == "bob"


def test_a_ticket_wins_over_a_trusted_networks_word(house, door, kdc):
    assert owner(house, send(door, negotiate(context_of(kdc, "alice")), queue="held", user="carol")) == "alice"


def test_an_access_token_wins_over_a_trusted_networks_word(house, door, oauth):
    token = f"Bearer {oauth.token('alice', scope='print')}"
    assert owner(house, send(door, token, queue="held", user="carol")) == "alice"


def test_who_is_locked_out_stays_out(house, door, request, oauth):
    people = house.gateway.core.people
    house.ask(people.change("alice", disabled=True))
    try:
        if KERBEROS:
            assert send(door, negotiate(context_of(request.getfixturevalue("kdc"), "alice"))).http == 401
        assert send(door, f"Bearer {oauth.token('alice', scope='print')}").http == 401
    finally:
        house.ask(people.change("alice", disabled=False))


@pytest.mark.parametrize(
    "authorization",
    [
        "Negotiate",
        "Negotiate ",
        "Negotiate !!!",
        "Negotiate " + base64.b64encode(b"NTLMSSP\0\1\0\0\0").decode(),
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Digest username=alice",
        "Basic",
        "Basic é",
        "Unheard-of x",
        "x" * 5000,
    ],
    ids=lambda text: text[:20],
)
def test_rubbish_is_refused(door, authorization):
    refused = send(door, authorization.encode().decode("latin-1"))
    assert refused.http == 401
    offered = refused.headers.get_all("WWW-Authenticate")
    assert ('error="invalid_token"' in offered[-2]) == authorization.startswith("Bearer ")


def test_a_token_without_the_scope_is_refused(door, oauth):
    assert send(door, f"Bearer {oauth.token('alice')}").http == 401


def test_nothing_of_it_counts_without_tls(door, oauth):
    body = encode(door.operation(Operation.CREATE_JOB, queue="private", user="alice"))
    for authorization in (f"Bearer {oauth.token('alice', scope='print')}", basic("alice", "alice's secret")):
        assert door.send(body, headers={"Authorization": authorization}).http == 426


def test_while_the_server_is_away(house, door, oauth, tmp_path_factory):
    token = f"Bearer {oauth.token('alice', scope='print')}"
    assert send(door, token).status is Status.SUCCESSFUL_OK
    oauth.away = True
    try:
        assert send(door, token).status is Status.SUCCESSFUL_OK
        new = House(
            tmp_path_factory.mktemp("away"),
            oauth_authorization_server_uri=oauth.uri,
            oauth_audience=AUDIENCE,
            oauth_plain_loopback=True,
        )
        try:
            answer = send(new.door, token)
            assert answer.http == 503 and answer.headers["Retry-After"] == "60"
            assert owner(new, send(new.door, basic("bob", "bob's secret"))) == "bob"
        finally:
            new.stop()
    finally:
        oauth.away = False


def test_what_was_asked_is_not_answered_to_others_from_memory(door, oauth):
    """Requests with a proof are read each time."""
    names = (build.keyword("requested-attributes", "printer-uuid"),)
    body = encode(door.operation(Operation.GET_PRINTER_ATTRIBUTES, *names, queue="private"))
    for _ in range(2):
        assert door.send(body, tls=True, headers={"Authorization": "Bearer wrong"}).http == 401
        assert door.send(body, tls=True).status is Status.SUCCESSFUL_OK
