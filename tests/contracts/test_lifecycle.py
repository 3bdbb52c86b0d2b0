"""The life of a job: every cell of the table, and that nothing beside it changes job-state."""

import ast
from pathlib import Path

import pytest

from ipp.enums import JobState
from jobs.lifecycle import FINAL, REASONS, TRANSITIONS, Event, IllegalTransition, after

ROOT = Path(__file__).parents[2]

# State by state, in the order hold, release, start, stall, lose, complete, cancel, abort, resume, restart; - cannot happen.
# From RFC 8011 section 5.3.7 (figure 3) and what the gateway promises: unknown outcomes wait for a person. An ended job
# begins again by Restart-Job alone (RFC 8011 section 4.3.7).
CELLS = """
pending             held  -        processing  stopped  -     -          canceled  aborted  -        -
pending-held        -     pending  -           -        -     completed  canceled  aborted  -        -
processing          held  -        -           stopped  held  completed  canceled  aborted  -        -
processing-stopped  held  -        processing  -        held  completed  canceled  aborted  pending  -
canceled            -     -        -           -        -     -          -         -        -        held
aborted             -     -        -           -        -     -          -         -        -        held
completed           -     -        -           -        -     -          -         -        -        held
"""
SHORT = {"held": "pending-held", "stopped": "processing-stopped"}
STATES = {state.keyword: state for state in JobState if state in TRANSITIONS}


def cells():
    for line in CELLS.strip().splitlines():
        state, *marks = line.split()
        for event, mark in zip(Event, marks, strict=True):
            yield pytest.param(state, event, None if mark == "-" else SHORT.get(mark, mark), id=f"{state}-{event}")


@pytest.mark.parametrize(("state", "event", "expected"), list(cells()))
def test_cell(state, event, expected):
    if expected is None:
        with pytest.raises(IllegalTransition, match=f"{state} cannot {event}"):
            after(STATES[state], event)
    else:
        assert after(STATES[state], event) is STATES[expected]


def test_the_table_has_seven_states_and_ten_events():
    assert (len(TRANSITIONS), len(Event)) == (7, 10)
    assert set(TRANSITIONS) == {JobState(value) for value in range(3, 10)}
    assert {JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED} == FINAL
    assert set(REASONS) == set(Event)


def test_only_move_writes_job_state():
    """No dictionary or keyword called `state` reaches the job's rows outside of `move` and the making of a row."""
    writers = []
    for path in [
        *(ROOT / "jobs").glob("*.py"),
        *(ROOT / "release").glob("*.py"),
        *(ROOT / "gateway").glob("*.py"),
        *(ROOT / "web").glob("*.py"),
    ]:
        tree = ast.parse(path.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        for function in functions:
            source = ast.unparse(function)
            updates = "job.update()" in source or "job_rows.note(" in source or "store.note(" in source
            names = {
                key.value
                for node in ast.walk(function)
                if isinstance(node, ast.Dict)
                for key in node.keys
                if isinstance(key, ast.Constant)
            }
            names |= {
                word.arg
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
                for word in node.keywords
                if "note" in ast.unparse(node.func)
            }
            if updates and "state" in names:
                writers.append((path.parent.name, path.name, function.name))
    assert writers == [("jobs", "store.py", "move")]
