"""Every domain error has its own row of the table."""

import importlib
import pkgutil

import pytest

from jobs.errors import NotPossible
from web import status


def below(root):
    for kind in root.__subclasses__():
        yield kind
        yield from below(kind)


def test_no_error_is_unmapped():
    # All modules of the packages, so that an error class that stands in none of the errors.py is met too.
    for package in ("accounting", "devices", "directory", "jobs", "release", "storage", "web"):
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{module.name}")
    kinds = {kind for root in status.MAPPED for kind in (root, *below(root)) if not kind.__module__.startswith("tests")}
    assert len(kinds) > 40
    assert sorted(kind.__qualname__ for kind in kinds - set(status.STATUS)) == []


@pytest.mark.parametrize("kind", status.STATUS)
def test_each_row_says_something(kind):
    said = status.STATUS[kind]
    assert 400 <= said.status < 600 and said.title


def test_a_new_error_is_answered_like_the_one_above_it():
    class Special(NotPossible):
        pass

    assert status.said(Special("x")) is status.STATUS[NotPossible]
    assert status.said(ValueError("x")) is status.UNEXPECTED
