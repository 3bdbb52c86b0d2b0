"""Every error that an operation may meet has an IPP status, and none is told as a fault of the gateway without need."""

import pytest

from accounting import errors as accounting
from directory import errors as directory
from events.subscriptions import errors as subscriptions
from ipp import errors as ipp
from ipp.enums import Status
from ipp_server import errors as server
from ipp_server.status import STATUSES, status_of
from jobs import errors as jobs
from pdl import errors as pdl
from release import errors as release
from storage import errors as storage

ROOTS = [
    accounting.AccountingError,
    directory.DirectoryError,
    ipp.IppError,
    jobs.JobError,
    pdl.PdlError,
    release.ReleaseError,
    storage.StorageError,
    subscriptions.SubscriptionError,
]
OURS = {jobs.JobError, storage.DocumentCorrupt}
"""What is truly our own fault."""


def family(root):
    return [root, *(kind for child in root.__subclasses__() for kind in family(child))]


KINDS = sorted({kind for root in ROOTS for kind in family(root)}, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_an_error_has_a_status(kind):
    error = kind("words")
    assert (status_of(error) is Status.SERVER_ERROR_INTERNAL_ERROR) is (kind in OURS)
    assert not status_of(error).is_success


@pytest.mark.parametrize("module", [jobs, release, storage, server], ids=lambda module: module.__name__)
def test_errors_of_documents_and_jobs_have_a_row_of_their_own(module):
    """An ancestor's row will do for the rest; what a person who prints may meet is judged one by one."""
    elsewhere = {server.RequestFault, server.NeedsIdentity, server.WrongIdentity, server.NeedsTls}
    found = {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)}
    own = {kind for kind in found if kind.__module__ == module.__name__}
    assert own - elsewhere - STATUSES.keys() == set()


def test_a_fault_has_the_status_it_was_made_with():
    fault = server.RequestFault(Status.CLIENT_ERROR_GONE, "words")
    assert status_of(fault) is Status.CLIENT_ERROR_GONE


def test_what_nobody_thought_of_is_our_fault():
    assert status_of(RuntimeError()) is Status.SERVER_ERROR_INTERNAL_ERROR
