"""What is kept of notices has an end, in number and in time, whatever comes in which order."""

from hypothesis import given
from hypothesis import strategies as st

from events.subscriptions.notices import KEPT_MS, Event, Notice, Notices

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 4), st.integers(0, KEPT_MS // 3)),
        st.tuples(st.just("forget"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("expire"), st.just(0), st.integers(0, KEPT_MS // 2)),
    ),
    max_size=60,
)


@given(STEPS)
def test_the_latest_are_kept_in_order(steps):
    notices, now, sequences, model = Notices(most=10, of_one=4), 1, dict.fromkeys(range(1, 5), 0), []
    for what, number, passed in steps:
        now += passed
        if what == "add":
            sequences[number] += 1
            notices.add(number, Notice(Event("job-created", now), "job-created", sequences[number]))
            model.append((now, number, sequences[number]))
        elif what == "forget":
            notices.forget(number)
            model = [entry for entry in model if entry[1] != number]
        else:
            notices.expire(now)
        assert len(notices) <= 10
        for one in range(1, 5):
            young = [sequence for at, of, sequence in model if of == one and at > now - KEPT_MS]
            kept = [notice.sequence for notice in notices.of(one, 1, now)]
            assert len(kept) <= 4
            assert kept == young[len(young) - len(kept) :]


def test_too_many_in_all_push_out_the_oldest_of_all():
    notices = Notices(most=3, of_one=3)
    for at, number in enumerate((1, 2, 1, 2), start=100):
        notices.add(number, Notice(Event("job-created", at), "job-created", at))
    assert [notice.sequence for notice in notices.of(1, 1, 200)] == [102]
    assert [notice.sequence for notice in notices.of(2, 1, 200)] == [101, 103]


def test_expired_notices_leave_nothing_behind():
    notices = Notices()
    notices.add(1, Notice(Event("job-created", 100), "job-created", 1))
    notices.expire(100 + KEPT_MS)
    assert len(notices) == 0
