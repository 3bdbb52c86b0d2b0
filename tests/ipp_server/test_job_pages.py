"""A page of jobs says of each what is said of it alone, and keeps from strangers what is not their business."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipp import build
from ipp.codec import decode, encode_group, encode_header
from ipp.enums import GroupTag, JobState
from ipp_server import job_attributes, job_pages
from ipp_server.job_attributes import DESCRIPTION, Scene
from jobs.page import COLUMNS, Page, job_from
from jobs.ticket import Ticket

ALL = job_attributes.names(("all",), ())
SCENE = Scene("ipp://gate.example:631/ipp/print/q", 1_700_000_000.0, private=False)
TIME = st.integers(0, 3_000_000_000_000)
COUNT = st.none() | st.integers(0, 2**40)
WORDS = st.text(max_size=300)
OWNERS = st.sampled_from([None, "0b7c", "1d2e"])
TICKETS = st.builds(
    Ticket,
    copies=st.integers(1, 99),
    sides=st.none() | st.just("two-sided-long-edge"),
    job_account_id=st.none() | st.just("4711"),
    page_ranges=st.just(()) | st.just(((1, 2), (5, 9))),
).map(Ticket.to_json)
FIELDS = {
    "id": st.uuids().map(str),
    "job_id": st.integers(1, 2**31 - 1),
    "queue_id": st.just("q"),
    "person_id": OWNERS,
    "user_name": WORDS,
    "title": WORDS,
    "state": st.sampled_from(list(JobState)).map(int),
    "reasons": st.sampled_from(["none", "job-hold-until-specified", "job-incoming,job-data-insufficient"]),
    "message": WORDS,
    "created_at": TIME,
    "processing_at": st.none() | TIME,
    "completed_at": st.none() | TIME,
    "ticket": TICKETS,
    "document_name": WORDS,
    "document_format": st.sampled_from(["", "application/pdf"]),
    "declared_format": st.sampled_from(["", "image/urf"]),
    "size": st.integers(0, 2**50),
    "pages": COUNT,
    "impressions": COUNT,
    "sheets": COUNT,
    "impressions_completed": COUNT,
    "sheets_completed": COUNT,
    "priority": st.integers(1, 100),
    "documents": st.integers(0, 100),
    "operator_message": st.sampled_from(["", "Zu Händen von Ä"]),
}
ROWS = st.lists(st.tuples(*(FIELDS.get(name, st.none()) for name in COLUMNS)), max_size=5)


def told(group):
    """What a group says, whatever the order."""
    message, _ = decode(encode_header((2, 0), 0, 1) + group + b"\x03")
    assert len(message.groups) == 1
    names = [attribute.name for attribute in message.groups[0].attributes]
    assert len(names) == len(set(names))
    said = {attribute.name: attribute.values for attribute in message.groups[0].attributes}
    said.pop("job-printer-up-time", None)  # a clock: it may be a second on
    return said


def alone(row, wanted, private):
    scene = Scene(SCENE.printer_uri, SCENE.started, private)
    job = job_from(row)
    made = told(encode_group(GroupTag.JOB, job_attributes.attributes(job, wanted, scene)))
    assert told(bytes((GroupTag.JOB,)) + b"".join(job_attributes.encoded(job, wanted, scene))) == made
    return made


def some(rows, columns):
    return Page(columns, [tuple(row[COLUMNS.index(name)] for name in columns) for row in rows])


@pytest.mark.hypothesis
@given(ROWS, st.sets(st.sampled_from(sorted(ALL)), max_size=8).map(frozenset) | st.just(ALL), OWNERS)
def test_a_page_says_what_each_job_says(rows, wanted, looks):
    plan = job_pages.plan(wanted)
    groups = plan.encode(some(rows, plan.columns), SCENE, lambda owner: looks is not None and owner == looks)
    expected = [alone(row, wanted, looks is not None and row[COLUMNS.index("person_id")] == looks) for row in rows]
    assert [told(group) for group in groups] == expected


def test_only_what_is_asked_for_is_read():
    assert job_pages.plan(frozenset({"job-state"})).columns == ("job_id", "person_id", "state")
    assert "report" not in job_pages.plan(ALL).columns


def test_a_row_that_is_a_plain_function_is_given_the_whole_job(monkeypatch):
    monkeypatch.setitem(DESCRIPTION, "job-x", lambda job, _: build.integer("job-x", job.size + job.job_id))
    plan = job_pages.plan(frozenset({"job-x"}))
    row = tuple({"state": 4, "reasons": "none", "ticket": "{}", "size": 40, "job_id": 2}.get(name) for name in COLUMNS)
    (group,) = plan.encode(some([row], plan.columns), SCENE, lambda _: False)
    assert group == encode_group(GroupTag.JOB, [build.integer("job-x", 42)])
