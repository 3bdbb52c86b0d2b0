"""Print-URI and Send-URI: documents that are named in place of being brought."""

import http.server
import threading

import pytest

from ipp import build
from ipp.enums import JobState, Operation, Status
from tests.ipp_server.client import PDF
from tests.ipp_server.conftest import House

REFERRED = {Operation.PRINT_URI, Operation.SEND_URI}


class Shelf(http.server.BaseHTTPRequestHandler):
    """Gives a document, one that is too large, or none."""

    def do_GET(self):
        found = {"/My%20report.pdf": PDF, "/large.pdf": PDF + b"%" * 200_000}.get(self.path)
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def shelf():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def fetching(tmp_path_factory, shelf):
    running = House(
        tmp_path_factory.mktemp("home"), body_idle=2.0, stop_limit=2.0, fetch_from=(shelf, "docs.example.com")
    )
    yield running
    running.stop()


def uri(value):
    return build.uri("document-uri", value)


def test_a_document_is_printed_from_where_it_is(fetching, shelf):
    answer = fetching.door.ask(Operation.PRINT_URI, uri(f"{shelf}/My%20report.pdf"), queue="direct")
    assert answer.status is Status.SUCCESSFUL_OK
    job = fetching.ended(answer.number)
    assert job.state is JobState.COMPLETED and job.pages == 1
    assert (job.document_name, job.title, job.document_format) == ("My report.pdf", "My report.pdf", "application/pdf")


def test_what_the_request_says_wins_over_the_uri(fetching, shelf):
    extra = (build.name("document-name", "Mine"), build.name("job-name", "Yours"), build.keyword("compression", "none"))
    answer = fetching.door.ask(Operation.PRINT_URI, uri(f"{shelf}/My%20report.pdf"), *extra)
    job = fetching.job(answer.number)
    assert (job.document_name, job.title) == ("Mine", "Yours")


def test_a_created_job_takes_documents_by_uri(fetching, shelf):
    number = fetching.door.create().number
    for _ in range(2):
        more = (uri(f"{shelf}/My%20report.pdf"), build.boolean("last-document", False))
        assert fetching.door.ask(Operation.SEND_URI, *more, job=number).status is Status.SUCCESSFUL_OK
    last = fetching.door.ask(Operation.SEND_URI, build.boolean("last-document", True), job=number)
    assert last.status is Status.SUCCESSFUL_OK and last.state is JobState.PENDING_HELD
    job = fetching.job(number)
    assert (job.documents, job.incoming) == (2, False)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("{shelf}/missing.pdf", Status.CLIENT_ERROR_DOCUMENT_ACCESS_ERROR),
        ("http://127.0.0.1:9/x", Status.CLIENT_ERROR_DOCUMENT_ACCESS_ERROR),
        ("https://elsewhere.example.com/x", Status.CLIENT_ERROR_DOCUMENT_ACCESS_ERROR),
        ("ftp://docs.example.com/x", Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED),
        ("file:///etc/passwd", Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED),
        ("bogus://bogus", Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED),
    ],
)
@pytest.mark.parametrize("operation", sorted(REFERRED))
def test_what_cannot_be_fetched_is_said(fetching, shelf, operation, wanted, status):
    door = fetching.door
    job = door.create().number if operation is Operation.SEND_URI else None
    last = fetching.last_number()
    extra = (build.boolean("last-document", True),) if job else ()
    answer = door.ask(operation, uri(wanted.format(shelf=shelf)), *extra, job=job)
    assert answer.status is status and "document-uri" in answer.unsupported and answer.words
    if status is Status.CLIENT_ERROR_DOCUMENT_ACCESS_ERROR:
        assert answer.message.groups[0].string("document-access-error") == answer.words
    assert fetching.last_number() == last
    if job:  # who created it may try another document
        assert fetching.job(job).incoming


def test_a_document_that_is_too_large_is_not_taken(fetching, shelf):
    answer = fetching.door.ask(Operation.PRINT_URI, uri(f"{shelf}/large.pdf"), queue="small")
    assert answer.status is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE


def test_a_request_names_one_document(fetching, shelf):
    door = fetching.door
    assert door.ask(Operation.PRINT_URI).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert door.ask(Operation.PRINT_URI, build.uri("document-uri", "https://a/", "https://b/")).status is (
        Status.CLIENT_ERROR_BAD_REQUEST
    )
    packed = door.ask(Operation.PRINT_URI, uri(f"{shelf}/large.pdf"), build.keyword("compression", "deflate"))
    assert packed.status is Status.CLIENT_ERROR_COMPRESSION_NOT_SUPPORTED
    number = door.create().number
    unsaid = door.ask(Operation.SEND_URI, uri(f"{shelf}/My%20report.pdf"), job=number)
    assert unsaid.status is Status.CLIENT_ERROR_BAD_REQUEST
    other = door.ask(Operation.SEND_URI, build.boolean("last-document", True), job=number, user="eve")
    assert other.status is Status.CLIENT_ERROR_NOT_AUTHORIZED


def test_it_is_told_of_where_it_is_allowed(fetching):
    told = fetching.door.ask(Operation.GET_PRINTER_ATTRIBUTES).printer
    assert set(told.integers("operations-supported")) >= REFERRED
    assert told.strings("reference-uri-schemes-supported") == ("https", "http")


def test_and_neither_told_of_nor_done_where_it_is_not(house, shelf):
    told = house.door.ask(Operation.GET_PRINTER_ATTRIBUTES).printer
    assert not REFERRED & set(told.integers("operations-supported"))
    assert told.get("reference-uri-schemes-supported") is None
    number = house.door.create().number
    for operation, job in ((Operation.PRINT_URI, None), (Operation.SEND_URI, number)):
        answer = house.door.ask(operation, uri(f"{shelf}/My%20report.pdf"), job=job)
        assert answer.status is Status.SERVER_ERROR_OPERATION_NOT_SUPPORTED
