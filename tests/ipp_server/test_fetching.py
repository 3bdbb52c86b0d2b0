"""Documents fetched from servers that are right, wrong, slow or hostile; names resolve as the test says."""

import asyncio
import contextlib
import ssl

import pytest
from aiohttp import web

from certs.authority import Authority
from certs.server import ServerIdentity
from ipp_server.fetching import Fetcher, Limits, TooManyFetches, resolved
from ipp_server.sources import NotFetched, SchemeNotFetched, sources

QUICK = Limits(connect=1.0, idle=0.4, total=5.0)
WORDS = b"%PDF-1.4 a document of some length\n" * 1000


class Servers:
    """A server by https and by http for any name, and what was asked of it."""

    def __init__(self, trust):
        self.trust, self.asked, self.resolved, self.addresses = trust, [], [], {}

    def fetcher(self, *entries, limits=QUICK):
        return Fetcher(sources(entries), limits, resolve=self.resolve, trust=self.trust)

    async def resolve(self, host, port):
        self.resolved.append(host)
        await asyncio.sleep(0)
        return self.addresses.get(host, ["127.0.0.1"])

    async def answer(self, request):
        self.asked.append(request)
        make = getattr(self, "_" + request.path.strip("/").partition(".")[0].replace("-", "_"))
        return await make(request)

    async def _whole(self, request):
        return web.Response(body=WORDS, content_type="application/pdf")

    async def _chunked(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        for at in range(0, len(WORDS), 5000):
            await response.write(WORDS[at : at + 5000])
        return response

    async def _missing(self, request):
        return web.Response(status=404)

    async def _packed(self, request):
        return web.Response(body=b"x", headers={"Content-Encoding": "br"})

    async def _silent(self, request):
        await asyncio.sleep(10)

    async def _stuck(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"%PDF")
        await asyncio.sleep(10)

    async def _cut(self, request):
        response = web.StreamResponse(headers={"Content-Length": "100000"})
        await response.prepare(request)
        await response.write(b"%PDF")
        request.transport.close()
        return response

    async def _cookie(self, request):
        response = web.Response(status=302, headers={"Location": "/whole"})
        response.set_cookie("mine", "yours")
        return response

    async def _to(self, request):
        return web.Response(status=302, headers={"Location": request.query["uri"]})

    async def _round(self, request):
        return web.Response(status=307, headers={"Location": request.path})


@pytest.fixture
async def servers(tmp_path):
    authority = Authority.load_or_create(tmp_path, "test")
    identity = ServerIdentity.open(tmp_path, authority, ["docs.example", "other.example"])
    trust = ssl.create_default_context(cadata=authority.certificate_pem.decode())
    made = Servers(trust)
    application = web.Application()
    application.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    secure, plain = (web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context) for context in (identity.context, None))
    for site in (secure, plain):
        await site.start()
    made.secure, made.plain = (site._server.sockets[0].getsockname()[1] for site in (secure, plain))
    yield made
    await runner.cleanup()


async def got(fetcher, uri):
    async with fetcher.open(uri) as found:
        return found.name, found.size, b"".join([chunk async for chunk in found.chunks])


@pytest.mark.parametrize(("path", "size"), [("whole.pdf", len(WORDS)), ("chunked.pdf", None)])
async def test_a_document_is_fetched(servers, path, size):
    fetcher = servers.fetcher("docs.example:*")
    name, told, document = await got(fetcher, f"https://docs.example:{servers.secure}/{path}")
    assert (name, told, document) == (path, size, WORDS)
    (asked,) = servers.asked
    assert not {"Authorization", "Cookie", "Referer"} & asked.headers.keys()
    assert servers.resolved == ["docs.example"]  # once: another answer would change nothing


async def test_plain_http_only_where_it_is_listed(servers):
    uri = f"http://docs.example:{servers.plain}/whole"
    with pytest.raises(SchemeNotFetched):
        await got(servers.fetcher("docs.example:*"), uri)
    assert (await got(servers.fetcher("http://docs.example:*"), uri))[2] == WORDS


@pytest.mark.parametrize("entry", ["*:*", "*.example:*", "other.example:*", "192.0.2.0/24"])
async def test_this_machine_is_not_asked_unless_it_is_listed(servers, entry):
    fetcher = servers.fetcher(entry)
    with pytest.raises(NotFetched, match="not fetched from there"):
        await got(fetcher, f"https://docs.example:{servers.secure}/whole")
    assert not servers.asked


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f.1"])
async def test_nor_under_another_name_for_it(servers, host):
    fetcher = Fetcher(sources(["http://*:*"]), QUICK)
    with pytest.raises(NotFetched):
        await got(fetcher, f"http://{host}:{servers.plain}/whole")
    assert not servers.asked


async def test_one_address_of_the_house_among_others_is_too_many(servers):
    servers.addresses["mixed.example"] = ["93.184.216.34", "127.0.0.1"]
    with pytest.raises(NotFetched):
        await got(servers.fetcher("*:*"), f"https://mixed.example:{servers.secure}/whole")


async def test_who_cannot_prove_its_name_is_not_believed(servers):
    with pytest.raises(NotFetched, match="prove"):
        await got(servers.fetcher("third.example:*"), f"https://third.example:{servers.secure}/whole")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing", "answers 404"),
        ("packed", "packed"),
        ("silent", "not answer"),
        ("stuck", "Nothing more"),
        ("cut", "broke off"),
        ("round", "on and on"),
    ],
)
async def test_what_goes_wrong_is_said(servers, path, words):
    with pytest.raises(NotFetched, match=words):
        await got(servers.fetcher("docs.example:*"), f"https://docs.example:{servers.secure}/{path}")


async def test_a_slow_server_is_given_up(servers):
    hasty = Limits(connect=1.0, idle=2.0, total=5.0, grace=0.0, slowest=1 << 40)
    with pytest.raises(NotFetched, match="too slow"):
        await got(servers.fetcher("docs.example:*", limits=hasty), f"https://docs.example:{servers.secure}/whole")
    short = Limits(connect=1.0, idle=2.0, total=0.2)
    with pytest.raises(NotFetched, match="too long"):
        await got(servers.fetcher("docs.example:*", limits=short), f"https://docs.example:{servers.secure}/stuck")


async def test_redirects_are_checked_anew(servers):
    base = f"https://docs.example:{servers.secure}"
    fetcher = servers.fetcher("docs.example:*", "other.example:*", "*:*")
    other = f"https://other.example:{servers.secure}/whole"
    assert (await got(fetcher, f"{base}/to?uri={other}"))[2] == WORDS
    assert servers.resolved == ["docs.example", "other.example"]
    for inside in (f"https://127.0.0.1:{servers.secure}/whole", f"https://inside.example:{servers.secure}/whole"):
        with pytest.raises(NotFetched):
            await got(fetcher, f"{base}/to?uri={inside}")
    with pytest.raises(SchemeNotFetched):
        await got(fetcher, f"{base}/to?uri=http://docs.example:{servers.plain}/whole")
    with pytest.raises(SchemeNotFetched):
        await got(fetcher, f"{base}/to?uri=file:///etc/passwd")


async def test_cookies_are_not_kept(servers):
    assert (await got(servers.fetcher("docs.example:*"), f"https://docs.example:{servers.secure}/cookie"))[2] == WORDS
    assert all("Cookie" not in asked.headers for asked in servers.asked) and len(servers.asked) == 2


async def test_proxies_of_the_environment_are_not_used(servers, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await got(servers.fetcher("docs.example:*"), f"https://docs.example:{servers.secure}/whole"))[2] == WORDS


async def test_not_everybody_fetches_at_once(servers):
    fetcher, uri = servers.fetcher("docs.example:*"), f"https://docs.example:{servers.secure}/whole"
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(16):
            await stack.enter_async_context(fetcher.open(uri))
        with pytest.raises(TooManyFetches):
            await got(fetcher, uri)
    assert (await got(fetcher, uri))[2] == WORDS


async def test_a_host_that_nobody_knows_is_said_to_be_so():
    with pytest.raises(NotFetched, match="not known"):
        await resolved("nowhere.invalid", 443)
    assert await resolved("127.0.0.1", 443) == ["127.0.0.1"]


def test_schemes_are_told(servers):
    assert servers.fetcher("a.example", "http://b.example").schemes == ("https", "http")
