"""PJL: what is written around a document, and how answers are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import pjl

STATUS = b'@PJL INFO STATUS\r\nCODE=%d\r\nDISPLAY="%s"\r\nONLINE=%s\r\n\x0c'


def replies(*pieces):
    reader = pjl.ReplyReader()
    return [reply for piece in pieces for reply in reader.feed(piece)]


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_in_any_pieces_read_the_same(data, size):
    data += STATUS % (10001, b"x", b"TRUE")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert replies(*pieces) == replies(data)
    for reply in replies(data):
        pjl.page_count(reply)
        pjl.device_state(reply)


def test_an_endless_message_is_dropped_and_reading_goes_on():
    reader = pjl.ReplyReader()
    for _ in range(100):
        assert reader.feed(b"@PJL " + b"x" * 10_000) == []
    assert len(reader._rest) <= 4096
    assert [r.subject for r in reader.feed(b"\x0c@PJL INFO ID\r\nX\r\n\x0c")] == ["INFO ID"]


@given(st.text(max_size=200))
def test_no_name_can_leave_its_string(text):
    safe = pjl.safe(text)
    assert len(safe) <= 80
    assert all(" " <= c <= "~" and c != '"' for c in safe)


@pytest.mark.parametrize(
    ("message", "count"),
    [
        (b"@PJL INFO PAGECOUNT\r\nPAGECOUNT=12\r\n\x0c", 12),
        (b"@PJL INFO PAGECOUNT\r\n12\r\n\x0c", 12),
        (b"@PJL  info  pagecount\n PageCount = 12\n\x0c", 12),
        (b'@PJL INFO PAGECOUNT\r\n"?"\r\n\x0c', None),
        (b"@PJL INFO PAGECOUNT\r\nPAGECOUNT=-1\r\n\x0c", None),
        (b"@PJL INFO ID\r\n12\r\n\x0c", None),
    ],
)
def test_page_counters(message, count):
    [reply] = replies(message)
    assert pjl.page_count(reply) == count


@pytest.mark.parametrize(
    ("code", "online", "state", "reasons"),
    [
        (10001, b"TRUE", "idle", ()),
        (10023, b"TRUE", "processing", ()),
        (10006, b"TRUE", "idle", ("toner-low",)),
        (41213, b"TRUE", "stopped", ("media-needed",)),
        (42202, b"FALSE", "stopped", ("media-jam",)),
        (40021, b"FALSE", "stopped", ("cover-open",)),
        (10002, b"FALSE", "stopped", ("paused",)),
    ],
)
def test_states(code, online, state, reasons):
    [reply] = replies(STATUS % (code, b"words", online))
    found = pjl.device_state(reply)
    assert (found.state, found.reasons, found.message) == (state, reasons, "words")


def test_head_and_tail(outgoing):
    head = pjl.head(outgoing(format="application/vnd.hp-PCLXL", color=True), status=True)
    assert head.startswith(b"\x1b%-12345X@PJL\r\n@PJL USTATUS JOB=ON\r\n")
    assert b"RENDERMODE=COLOR" in head
    assert head.endswith(b"@PJL ENTER LANGUAGE=PCLXL\r\n")
    # an unlisted format is left to the device to find out
    assert b"ENTER" not in pjl.head(outgoing(format="image/tiff"), status=False)
    assert pjl.tail(outgoing()).endswith(pjl.UEL)
