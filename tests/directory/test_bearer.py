"""Access tokens: whose they are, and all the ways in which one can be wrong."""

import asyncio
import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.bearer import ALGORITHMS, Bearer, Rules
from directory.errors import AuthorisationServerAway, OAuthUnusable
from directory.oauth_keys import FRESH, PAUSE, Keys
from tests.directory.oauth_server import AUDIENCE, OAuthServer, public_row, signing_key

HOUR = 3600


class Clock:
    def __init__(self):
        self.late = 0.0

    def __call__(self):
        return time.time() + self.late


@pytest.fixture
async def server():
    made = await OAuthServer().start()
    yield made
    await made.stop()


@pytest.fixture
def clock():
    return Clock()


def keys_of(server, clock):
    return Keys(server.uri, server.issuer, plain_loopback=True, clock=clock)


@pytest.fixture
async def keys(server, clock):
    made = keys_of(server, clock)
    yield made
    await made.close()


@pytest.fixture
def bearer(server, keys, clock):
    return Bearer(Rules(server.issuer, AUDIENCE), keys, clock)


async def test_a_right_token_names_a_person(server, bearer):
    assert await bearer.name(server.token(" Ada ")) == "ada"
    assert await bearer.name(server.token("ada", aud=[AUDIENCE, "https://other.test"])) == "ada"
    assert await bearer.name(server.token("bob", header={"typ": "JWT"})) == "bob"
    assert server.asked == ["/.well-known/oauth-authorization-server", "/keys"]


@pytest.mark.parametrize(
    "algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
)
async def test_all_signatures_by_key_pairs(server, bearer, algorithm):
    server.key, server.algorithm = signing_key(algorithm), algorithm
    server.rows = [public_row(server.key, kid="one")]
    assert await bearer.name(server.token()) == "ada"
    assert await bearer.name(server.token(header={"kid": None})) == "ada"  # the only key there is


@pytest.mark.parametrize(
    "words",
    [
        {"iss": "https://evil.test"},
        {"iss": None},
        {"aud": "https://other.test"},
        {"aud": None},
        {"aud": []},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"nbf": int(time.time()) + 3600},
        {"preferred_username": None},
        {"preferred_username": ""},
        {"preferred_username": 7},
        {"preferred_username": ["ada"]},
    ],
    ids="-".join,  # times differ from run to run
)
async def test_claims_that_are_not_right(server, bearer, words):
    assert await bearer.name(server.token(**words)) is None


@pytest.mark.parametrize("late, right", [(50, True), (70, False)])
async def test_clocks_may_differ_a_little(server, bearer, late, right):
    now = int(time.time())
    assert (await bearer.name(server.token(exp=now - late)) == "ada") is right
    assert (await bearer.name(server.token(nbf=now + late)) == "ada") is right


async def test_another_key_under_the_same_name(server, bearer):
    assert await bearer.name(server.token(key=signing_key("RS256", 1))) is None


async def test_no_signature_and_symmetric_ones_are_none(server, bearer, monkeypatch):
    assert await bearer.name(jwt.encode(server.claims(), None, "none", headers={"kid": "one"})) is None
    assert await bearer.name(jwt.encode(server.claims(), "x" * 64, "HS256", headers={"kid": "one"})) is None
    # A public key taken for a shared secret: the trick that made this list of algorithms.
    from cryptography.hazmat.primitives import serialization

    pem = server.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    from jwt.algorithms import HMACAlgorithm

    monkeypatch.setattr(HMACAlgorithm, "prepare_key", lambda self, key: key)
    assert await bearer.name(jwt.encode(server.claims(), pem, "HS256", headers={"kid": "one"})) is None


@pytest.mark.parametrize(
    "header", [{"typ": "logout+jwt"}, {"typ": "dpop+jwt"}, {"crit": ["x"], "x": 1}, {"kid": "three"}], ids=str
)
async def test_headers_that_are_not_right(server, bearer, header):
    assert await bearer.name(server.token(header=header)) is None


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "." * 50, "é", "eyJhbGciOiJSUzI1NiJ9..", "x" * 20_000, "W10.W10.W10", "Ww" * 4000 + ".e30.e30"],
)
async def test_rubbish_is_nobody(server, bearer, token):
    assert await bearer.name(token) is None
    assert server.asked.count("/keys") <= 1


PART = st.one_of(
    st.text("AZaz09-_=. ", max_size=30),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["RS256", "JWT", "one"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "exp"]), inner, max_size=4)
        ),
        max_leaves=8,
    ).map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")),
)


@given(st.lists(PART, max_size=5).map(".".join) | st.text(max_size=200))
def test_whatever_is_sent_is_nobody_and_no_fault(token):
    class NoKeys:
        generation = 0

        def renew_if_stale(self):
            pass

        async def get(self, kid, algorithm):
            assert isinstance(kid, str | None) and algorithm in ALGORITHMS

    assert asyncio.run(Bearer(Rules("https://login.test", AUDIENCE), NoKeys()).name(token)) is None


@pytest.mark.parametrize(
    "words, right",
    [
        ({"scope": "print other"}, True),
        ({"scp": ["other", "print"]}, True),
        ({"scp": "print"}, True),
        ({"scope": "printing"}, False),
        ({"scope": 7}, False),
        ({}, False),
    ],
)
async def test_scopes(server, keys, clock, words, right):
    bearer = Bearer(Rules(server.issuer, AUDIENCE, scope=("print",)), keys, clock)
    assert (await bearer.name(server.token(**words)) == "ada") is right


async def test_another_claim_may_name_the_person(server, keys, clock):
    bearer = Bearer(Rules(server.issuer, AUDIENCE, claim="upn"), keys, clock)
    assert await bearer.name(server.token("ignored", upn="Bob")) == "bob"


async def test_a_verified_token_counts_until_its_end_while_the_server_is_away(server, bearer, clock):
    token = server.token(exp=int(time.time()) + 2 * HOUR)
    assert await bearer.name(token) == "ada"
    server.away = True
    clock.late = FRESH + 1
    assert await bearer.name(token) == "ada"
    assert await bearer.name(server.token("bob", exp=int(time.time()) + 2 * HOUR)) == "bob"  # its keys are known
    ends = jwt.decode(token, options={"verify_signature": False})["exp"]
    assert {round(until) for _, until, _ in bearer._verified.values()} <= {ends + 60, ends + 61}


async def test_without_any_key_it_is_said_that_the_server_is_away(server, bearer, clock):
    server.away = True
    with pytest.raises(AuthorisationServerAway):
        await bearer.name(server.token())
    server.away = False
    with pytest.raises(AuthorisationServerAway):  # it was asked a moment ago
        await bearer.name(server.token())
    assert len(server.asked) == 2
    clock.late = PAUSE + 1
    assert await bearer.name(server.token()) == "ada"


async def test_keys_rotate(server, bearer, clock):
    old = server.token()
    assert await bearer.name(old) == "ada"
    server.rotate()
    assert await bearer.name(server.token()) is None  # the last look was a moment ago
    clock.late = PAUSE + 1
    assert await bearer.name(server.token("bob")) == "bob"
    assert await bearer.name(old) is None  # signed by a key that was taken back


async def test_strange_keys_do_not_make_us_ask_again_and_again(server, bearer, clock):
    assert await bearer.name(server.token()) == "ada"
    clock.late = PAUSE + 1
    tokens = [server.token(header={"kid": f"{number}"}) for number in range(20)]
    assert await asyncio.gather(*map(bearer.name, tokens)) == [None] * 20
    assert server.asked.count("/keys") == 2


async def test_what_is_remembered_is_bounded(server, bearer, monkeypatch):
    monkeypatch.setattr("directory.bearer._REMEMBERED", 2)
    for name in ("a", "b", "c", "d"):
        assert await bearer.name(server.token(name)) == name
    assert len(bearer._verified) == 2


@pytest.mark.parametrize("oidc", [False, True])
@pytest.mark.parametrize("path", ["", "/realms/school"])
async def test_both_places_of_metadata(clock, oidc, path):
    server = await OAuthServer(path).start()
    server.oidc = oidc
    keys = keys_of(server, clock)
    assert await Bearer(Rules(server.issuer, AUDIENCE), keys, clock).name(server.token()) == "ada"
    await keys.close()
    await server.stop()


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.test"},
        {"issuer": None},
        {"jwks_uri": "http://keys.test/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"padding": "x" * 600_000},
    ],
    ids=lambda metadata: next(iter(metadata)) + str(next(iter(metadata.values())))[:20],
)
async def test_metadata_that_is_not_right(server, bearer, metadata):
    server.metadata = metadata
    with pytest.raises(AuthorisationServerAway):
        await bearer.name(server.token())


async def test_keys_that_are_not_for_this_are_left_out(server, bearer):
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = rsa.generate_private_key(65537, 1024)
    server.rows = [
        "no object",
        {"kty": "oct", "kid": "shared", "k": "AAAA"},
        {"kty": "RSA", "kid": "broken", "n": "AQ"},
        {"kty": ["RSA"], "kid": "odd"},
        public_row(weak, kid="weak"),
        public_row(server.key, kid="enc", use="enc"),
        public_row(server.key, kid="other", alg="PS256"),
        *server.rows,
    ]
    for kid in ("shared", "broken", "odd", "enc", "other"):
        assert await bearer.name(server.token(header={"kid": kid})) is None
    assert await bearer.name(server.token()) == "ada"
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = server.token(key=weak, header={"kid": "weak"})
    assert await bearer.name(token) is None


@pytest.mark.parametrize(
    "uri", ["http://192.0.2.1", "http://login.test", "ftp://login.test", "login.test", "https://", ""]
)
def test_only_https_is_asked(uri):
    with pytest.raises(OAuthUnusable):
        Keys(uri, uri, plain_loopback=True)


def test_loopback_is_asked_without_tls_only_if_told():
    Keys("http://127.0.0.1:1", "x", plain_loopback=True)
    Keys("http://[::1]:1", "x", plain_loopback=True)
    Keys("https://login.test/realm/", "x")
    with pytest.raises(OAuthUnusable):
        Keys("http://127.0.0.1:1", "x")
