"""Who asks: a person's own address, a password beside it, operators' networks, guests with a code."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from jobs.queue import Kind, Queue
from storage.node import new_id
from tests.ipp_server.client import TRUSTING

REFUSED = Status.CLIENT_ERROR_NOT_FOUND


@pytest.fixture
def address(house):
    """`address(name, queue)`: a person's own address of a queue, as its path below /ipp/print."""
    made = []

    def make(name="alice", queue="private", days=0):
        token, secret = house.ask(house.gateway.core.tokens.make(name, f"device {len(made)}", days=days))
        made.append(token)
        make.token, make.secret = token, secret
        return f"{queue}/t/{secret}"

    yield make
    for token in made:
        if token.id in [one.id for one in house.ask(house.gateway.core.tokens.of(token.person_id))]:
            house.ask(house.gateway.core.tokens.revoke(token.id))


def test_an_address_prints_for_its_person_without_a_password(house, door, address):
    queue = address()
    printed = door.print(queue=queue, user="mallory", tls=True)
    assert printed.status is Status.SUCCESSFUL_OK and "WWW-Authenticate" not in printed.headers
    job = house.job(printed.number)
    alice = house.ask(house.gateway.core.people.find("alice"))
    assert (job.person_id, job.user_name) == (alice.id, "alice")
    assert printed.job.string("job-uri") == f"ipps://{door.authority}/ipp/print/{queue}/{printed.number}"
    told = door.look(printed.number, queue=queue, user="mallory", tls=True)
    assert told.job.string("job-originating-user-name") == "alice" and told.job.string("job-name") == "Untitled"
    assert told.job.string("job-printer-uri") == f"ipps://{door.authority}/ipp/print/{queue}"
    mine = (build.boolean("my-jobs", True), build.keyword("requested-attributes", "job-id"))
    listed = door.ask(Operation.GET_JOBS, *mine, queue=queue, user="mallory", tls=True)
    assert printed.number in [group.integer("job-id") for group in listed.jobs]
    assert door.ask(Operation.CANCEL_JOB, queue=queue, job=printed.number, tls=True).status is Status.SUCCESSFUL_OK
    assert house.job(printed.number).state is JobState.CANCELED


def test_a_jobs_own_uri_works_with_the_address_in_it(door, address):
    queue = address()
    number = door.print(queue=queue, tls=True).number
    uri = build.uri("job-uri", f"{door.uri(queue, 'ipps')}/{number}")
    message = door.operation(Operation.CANCEL_JOB)
    message.groups[0].attributes[2] = uri
    from ipp.codec import encode

    assert door.send(encode(message), tls=True).status is Status.SUCCESSFUL_OK


def test_a_wrong_one_names_nothing_and_asks_for_nothing(house, door, address):
    queue = address()
    wrong = queue[:-26] + "0" * 26
    answers = [door.print(queue=wrong, tls=True), door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=wrong, tls=True)]
    answers.append(door.look(1, queue=wrong, tls=True))
    house.ask(house.gateway.core.tokens.revoke(address.token.id))
    answers.append(door.print(queue=queue, tls=True))
    ended = address(days=1)
    from directory import store

    house.ask(house.gateway.core.home.database.write(lambda c: c.execute(store.token.update().values(expires_at=1))))
    answers.append(door.print(queue=ended, tls=True))
    assert [answer.status for answer in answers] == [REFUSED] * 5
    assert len({answer.words for answer in answers}) == 1
    assert not any("WWW-Authenticate" in answer.headers for answer in answers)


def test_a_revoked_one_stops_at_once(house, door, address):
    queue = address()
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue, tls=True).status is Status.SUCCESSFUL_OK
    house.ask(house.gateway.core.tokens.revoke(address.token.id))
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue, tls=True).status is REFUSED


def test_without_tls_it_is_the_same_whether_right_or_wrong(house, door, address):
    queue = address()
    for path in (queue, queue[:-26] + "0" * 26):
        for operation in (Operation.VALIDATE_JOB, Operation.GET_PRINTER_ATTRIBUTES):
            answer = door.ask(operation, queue=path)
            assert answer.http == 426 and "TLS" in answer.headers["Upgrade"]


def test_a_queue_may_take_it_without_tls(house, door, address):
    core = house.gateway.core
    name = f"shop{new_id()[-8:]}"
    house.ask(core.catalogue.add(Queue(new_id(), name, Kind.FOLLOW_ME, tokens_over_plain=True)))
    queue = address(queue=name)
    printed = door.print(queue=queue)
    assert house.job(printed.number).user_name == "alice"
    assert door.ask(Operation.CANCEL_JOB, queue=queue, job=printed.number).status is Status.SUCCESSFUL_OK
    assert printed.job.string("job-uri").startswith("ipp://")
    assert door.print(queue=name).http == 426  # but nobody else
    house.ask(core.catalogue.remove(name))


def test_each_address_is_a_printer_of_its_own(door, address):
    def look(queue, *names):
        asked = (build.keyword("requested-attributes", *names),) if names else ()
        return door.ask(Operation.GET_PRINTER_ATTRIBUTES, *asked, queue=queue, tls=True).printer

    names = ("printer-uuid", "printer-uri-supported", "printer-name")
    first, second = address(), address("bob")
    found = {queue: look(queue) for queue in ("private", first, second)}
    assert len({printer.string("printer-uuid") for printer in found.values()}) == 3
    for queue, printer in found.items():
        assert printer.strings("printer-uri-supported") == (door.uri(queue, "ipps"),)
        assert printer.strings("uri-authentication-supported") == ("basic" if queue == "private" else "none",)
        assert printer.strings("uri-security-supported") == ("tls",)
        assert [a.name for a in printer.attributes].count("printer-uuid") == 1
        assert {a.name for a in look(queue, *names).attributes} == set(names)
    # Asked again in the same words by somebody else, nothing of an address is left.
    assert look("private", *names).string("printer-uuid") == found["private"].string("printer-uuid")
    assert look(first, "printer-uuid").string("printer-uuid") == found[first].string("printer-uuid")
    assert "printer-uuid" not in [a.name for a in look(first, "printer-name").attributes]


def test_what_is_kept_of_answers_holds_no_secret(house, door, address):
    queue = address()
    for _ in range(3):
        door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue, tls=True)
    handler, describer = house.gateway.ipp, house.gateway.ipp._service.describer
    kept = repr(handler._remembered._known) + "".join(
        f"{door_}{view._encoded}{view._plans}" for door_, view in describer._views.items()
    )
    assert address.secret not in kept


def test_an_administrators_address_does_not_administer(house, door, address):
    theirs = door.print(queue="held", user="carol").number
    queue = address("root", "held")
    paused = door.ask(Operation.PAUSE_PRINTER, queue=queue, user="root", tls=True)
    assert paused.http == 200 and paused.status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    assert (
        door.ask(Operation.CANCEL_JOB, queue=queue, job=theirs, tls=True).status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    )
    told = door.look(theirs, queue=queue, tls=True).job
    assert told.string("job-originating-user-name") != "carol"
    assert door.ask(Operation.CANCEL_JOB, job=theirs, sign_in=("root", "root's own secret")).status is (
        Status.SUCCESSFUL_OK
    )


def test_a_password_beside_it_wins(house, door, address):
    queue = address("alice", "private")
    printed = door.print(queue=queue, sign_in=("bob", "bob's secret"))
    assert house.job(printed.number).user_name == "bob"
    assert printed.job.string("job-uri").startswith(door.uri(queue, "ipps"))
    assert door.print(queue=queue, sign_in=("bob", "wrong")).http == 401


def test_it_wins_over_a_trusted_networks_word(house, door, address):
    printed = door.print(queue=address("alice", "held"), user="carol", tls=True)
    assert house.job(printed.number).user_name == "alice"


def test_who_is_locked_out_prints_no_more(house, door, address):
    queue = address("bob")
    people = house.gateway.core.people
    house.ask(people.change("bob", disabled=True))
    try:
        assert door.print(queue=queue, tls=True).status is REFUSED
    finally:
        house.ask(people.change("bob", disabled=False))
    assert door.print(queue=queue, tls=True).status is Status.SUCCESSFUL_OK


def test_guessing_ends_in_waiting(house, door, address, monkeypatch):
    from directory.passwords import Throttle

    queue, tokens = address(), house.gateway.core.tokens
    monkeypatch.setattr(tokens, "_throttle", Throttle(3))
    guesses = [door.print(queue=f"private/t/{number:026}", tls=True).status for number in range(100, 105)]
    assert guesses == [REFUSED] * 3 + [Status.SERVER_ERROR_BUSY] * 2
    assert door.print(queue=queue, tls=True).status is Status.SERVER_ERROR_BUSY  # tells nothing either


@pytest.mark.parametrize("queue", ["private/t", "private/t/", "private/t/x/y/z", "t/x", "nowhere/t/" + "0" * 26])
def test_other_paths_of_the_kind(door, queue):
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue, tls=True).status is REFUSED


def test_an_accounting_id_is_kept_and_is_nobody(house, door):
    said = (build.name("job-accounting-user-id", "root"), build.name("job-account-id", "4711"))
    number = door.print(queue="private", template=said, sign_in=("alice", "alice's secret"), user="root").number
    told = door.look(number, queue="private", sign_in=("alice", "alice's secret")).job
    assert told.string("job-originating-user-name") == "alice"
    assert told.string("job-accounting-user-id") == "root"
    assert house.job(number).user_name == "alice"


def test_operators_by_network(house, door):
    core = house.gateway.core
    name = f"room{new_id()[-8:]}"
    queue = Queue(new_id(), name, Kind.FOLLOW_ME, operator_networks=("127.0.0.0/8",))
    house.ask(core.catalogue.add(queue))
    assert door.ask(Operation.PAUSE_PRINTER, queue=name, user="carol").status is Status.SUCCESSFUL_OK
    assert door.ask(Operation.RESUME_PRINTER, queue=name, user="carol").status is Status.SUCCESSFUL_OK
    # Who signs in there is no less than who only says a name; their own address is.
    assert door.ask(Operation.PAUSE_PRINTER, queue=name, sign_in=("bob", "bob's secret")).status is Status.SUCCESSFUL_OK
    assert door.ask(Operation.RESUME_PRINTER, queue=name, user="carol").status is Status.SUCCESSFUL_OK
    # On a queue of no such network nobody is.
    assert door.ask(Operation.PAUSE_PRINTER, queue="held", user="root").http in (401, 426)
    house.ask(core.catalogue.remove(name))


class Browser:
    """Pages over TLS, with cookies and forms."""

    def __init__(self, door):
        self.base = f"https://{door.authority}"
        handlers = urllib.request.HTTPSHandler(context=TRUSTING), urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(*handlers)
        self.text = ""

    def get(self, path):
        return self._open(self.base + path)

    def post(self, path, **fields):
        fields["token"] = re.search(r'name="token" value="([^"]*)"', self.text)[1]
        request = urllib.request.Request(self.base + path, urllib.parse.urlencode(fields).encode())
        request.add_header("Origin", self.base)
        return self._open(request)

    def _open(self, request):
        try:
            with self._opener.open(request, timeout=20) as answer:
                self.text, status = answer.read().decode(), answer.status
        except urllib.error.HTTPError as error:
            self.text, status = error.read().decode(), error.code
        return status


def test_a_guest_prints_and_claims_it_later(house, door):
    printed = door.print(queue="open", user="guest")
    assert printed.status is Status.SUCCESSFUL_OK and house.job(printed.number).person_id is None
    code = re.search(r"code ([A-Z0-9]{4}-[A-Z0-9]{4})", printed.words)[1]
    assert code in printed.job.string("job-state-message")
    assert code not in (door.look(printed.number, queue="open", user="guest").job.string("job-state-message") or "")
    browser = Browser(door)
    browser.get("/sign-in")
    assert browser.post("/sign-in", name="alice", password="alice's secret", next="/account") == 200
    assert browser.post("/account/claim", code="AAAA-AAAA") == 404
    browser.get("/account")
    assert browser.post("/account/claim", code=f" {code.lower().replace('-', ' ')}") == 200
    alice = house.ask(house.gateway.core.people.find("alice"))
    assert house.job(printed.number).person_id == alice.id
    # It is hers on every way in, and nobody else's.
    mine = door.look(printed.number, queue="open", sign_in=("alice", "alice's secret"))
    assert mine.job.string("job-originating-user-name") == "alice"
    stopped = door.ask(Operation.CANCEL_JOB, queue="open", job=printed.number, user="guest")
    assert stopped.status is Status.CLIENT_ERROR_NOT_AUTHORIZED
    done = door.ask(Operation.CANCEL_JOB, queue="open", job=printed.number, sign_in=("alice", "alice's secret"))
    assert done.status is Status.SUCCESSFUL_OK


def test_codes_cannot_be_guessed(house, door):
    house.ask(house.gateway.core.people.add("guesser", "guesser's secret"))
    browser = Browser(door)
    browser.get("/sign-in")
    browser.post("/sign-in", name="guesser", password="guesser's secret", next="/account")
    found = []
    for _ in range(21):
        browser.get("/account")
        found.append(browser.post("/account/claim", code="ZZZZ-ZZZZ"))
    assert found == [404] * 20 + [429] and "Too many codes" in browser.text
