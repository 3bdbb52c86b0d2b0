"""The window over a long document."""

from hypothesis import given
from hypothesis import strategies as st

from pdl.source import BytesSource
from pdl.window import CHUNK, Window


class Watched(BytesSource):
    """Remembers what was read."""

    def __init__(self, data, most=CHUNK):
        super().__init__(data)
        self.read = []
        self._most = most

    def pread(self, offset, length):
        self.read.append((offset, length))
        return super().pread(offset, min(length, self._most))


DATA = bytes(range(256)) * 2


@given(
    st.lists(st.tuples(st.sampled_from(["take", "peek", "skip", "seek", "more"]), st.integers(0, 200)), max_size=20),
    st.integers(1, 100),
)
def test_it_is_the_document(steps, most):
    window = Window(Watched(DATA, most))
    at = 0
    for step, number in steps:
        assert window.offset == at
        if step == "take":
            assert window.take(number) == DATA[at : at + number]
            at = min(len(DATA), at + number)
        elif step == "peek":
            assert window.peek(number) == DATA[at : at + number]
        elif step == "skip":
            assert window.skip(number) == (at + number <= len(DATA))
            at = min(len(DATA), at + number)
        elif step == "seek":
            window.seek(number)
            at = number
        else:
            window.more()
    assert window.offset == at
    assert window.take(1) == DATA[at : at + 1]
    assert window.size == len(DATA)


def test_what_is_skipped_is_not_read():
    source = Watched(bytes(10 * CHUNK))
    window = Window(source, 5)
    assert window.take(1) == b"\0"
    assert window.skip(9 * CHUNK)
    window.take(1)
    assert source.read == [(5, CHUNK), (6 + 9 * CHUNK, CHUNK)]
