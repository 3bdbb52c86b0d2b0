"""Jobs of several documents: put together to the one that is printed, when the job is counted.

The documents themselves are kept until the job ends, so that one may still be given up or printed otherwise: then all
is put together anew.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import cast

from jobs.document import Document
from jobs.job import Job
from jobs.ticket import Ticket
from jobs.work import Jobs
from pdl.inspect import inspect
from pdl.join import Part, join
from pdl.mime import PDF
from pdl.placement import Orientation, Scaling
from pdl.report import Report
from pdl.sandbox import Sandbox
from pdl.source import Source
from pdl.to_pdf import Sheet
from pdl.wishes import COLLATED, Override
from storage.scratch import Scratch
from storage.spool import Spool


async def apart(jobs: Jobs, job: Job) -> list[Document]:
    """The documents of a job that are still to be put together; none if there is one document only, or it was done."""
    if job.documents < 2:
        return []
    documents = [document for document in await jobs.documents(job.id) if not document.canceled]
    # A job that was put together has a document that is none of them.
    todo = len(documents) > 1 and job.document_id in [document.document_id for document in documents]
    return documents if todo else []


async def put_together(
    job: Job, documents: Sequence[Document], spool: Spool, sandbox: Sandbox, whole: Scratch
) -> Report:
    """Write the documents to `whole` as one PDF and count it.

    Raises DocumentRejected and LimitReached, which name the document, and SandboxFailed.
    """
    async with AsyncExitStack() as opened:
        parts = []
        for document in documents:
            reader = await spool.open(document.document_id or b"")
            opened.callback(reader.close)
            parts.append(_part(job.ticket, document, reader))
        joined = await join(
            parts,
            sandbox,
            whole.write,
            handling=job.ticket.multiple_document_handling or COLLATED,  # type: ignore[arg-type]  # read so
            two_sided=False,  # on which sides it is printed is decided at release
            scratch=spool.scratch,
        )
    await whole.finish()
    report = await inspect(whole, sandbox, scratch=spool.scratch)
    return replace(report, format=PDF, documents=joined.documents)


def _part(ticket: Ticket, document: Document, source: Source) -> Part:
    """A document as it is put together with others: as it says itself, else as its job does."""
    own = document.ticket
    return Part(
        source=source,
        format=document.format,
        name=document.name,
        copies=own.copies,
        page_ranges=own.page_ranges,
        sheet=Sheet(own.media_size or ticket.media_size, _scaling(own.print_scaling or ticket.print_scaling)),
        orientation=cast("Orientation | None", own.orientation_requested or ticket.orientation_requested),
        number=document.number,
    )


def _scaling(asked: str | None) -> Scaling:
    return cast("Scaling", asked or "auto")


def of_one(ticket: Ticket, number: int) -> Override | None:
    """What is asked of one document otherwise than of its job, besides its pages and copies (PWG 5100.5)."""
    override = Override(
        document_numbers=((number, number),),
        sides=ticket.sides,
        media=ticket.media,
        media_size=ticket.media_size,
        orientation_requested=ticket.orientation_requested,
        print_color_mode=ticket.print_color_mode,
        print_scaling=ticket.print_scaling,
        number_up=ticket.number_up if ticket.number_up > 1 else None,
    )
    return override if any(value is not None for value in override[2:]) else None


def overrides(documents: Sequence[Document]) -> tuple[Override, ...]:
    """What is asked of some of the documents alone."""
    found = (of_one(document.ticket, document.number) for document in documents)
    return tuple(override for override in found if override)
