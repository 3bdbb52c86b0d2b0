"""The documents say what the code does."""

from dataclasses import fields
from pathlib import Path

from gateway.arguments import COMMANDS
from gateway.config import MEANING, Settings
from jobs.lifecycle import TRANSITIONS

ROOT = Path(__file__).parents[2]


def test_the_picture_of_a_jobs_life_is_its_table():
    drawn = {line.strip() for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines() if " --> " in line}
    table = {
        f"{state.keyword} --> {after.keyword}: {event}".replace("pending-held", "pending_held").replace(
            "processing-stopped", "processing_stopped"
        )
        for state, events in TRANSITIONS.items()
        for event, after in events.items()
    }
    assert drawn == table


def test_every_setting_is_explained():
    page = (ROOT / "docs" / "configuration.md").read_text()
    names = {field.name for field in fields(Settings)} - {"home"}
    assert names == set(MEANING)
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_default_is_told():
    page = (ROOT / "docs" / "configuration.md").read_text()
    rows = {
        line.split("|")[1].strip().strip("`"): line.split("|")[2].strip().strip("`")
        for line in page.splitlines()
        if line.startswith("| `")
    }
    for field in fields(Settings):
        if field.name in rows:
            told = rows[field.name]
            assert told == {"": '""', (): "[]", True: "true", False: "false"}.get(field.default, told) or told
            if isinstance(field.default, int | float) and not isinstance(field.default, bool):
                assert float(told) == float(field.default)


def test_the_readme_shows_commands_that_exist():
    words = (ROOT / "README.md").read_text()
    for group, verb in (("user", "add"), ("device", "add"), ("job", "list"), ("job", "release")):
        assert f"printgate {group} {verb}" in words
        assert verb in COMMANDS[group]
