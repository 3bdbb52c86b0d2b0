"""Pictures of the pages of documents that wait, for those whose they are and for administrators."""

from typing import Final

from aiohttp import web

from events import audit
from jobs.errors import JobUnknown
from jobs.job import Job
from jobs.work import may_see
from pdl.to_pdf import convertible
from web import words
from web.i18n import N_
from web.site import Visit

# Whoever sits down at this browser later finds nothing; the picture is quickly here again.
_KEPT: Final = "no-store"
_ORDINARY: Final = 320


def has_preview(visit: Visit, job: Job) -> bool:
    """Whether there may be a picture of the job's pages."""
    shown = visit.parts.previews is not None and job.document_id is not None and job.counted_at is not None
    return shown and (job.document_format in convertible() or job.document_format == "application/vnd.hp-PJL")


async def show(visit: Visit) -> web.Response:
    """Answer with a page as PNG, else with the picture of its kind."""
    job = await visit.parts.jobs.numbered(int(visit.request.match_info["number"]))
    if not may_see(job, visit.who.id, administrator=visit.who.administrator):
        raise JobUnknown(N_("There is no such job."))
    page = int(visit.request.match_info["page"])
    width = (visit.query.numbers("width") or [_ORDINARY])[0]
    data = None
    if visit.parts.previews is not None and has_preview(visit, job):
        if job.person_id != visit.who.id:
            await _noted(visit, job)
        data = await visit.parts.previews.png(job, page, width, visit.who.id)
    if data is None:
        return visit.go(visit.site.files.url(words.picture(job)))
    return web.Response(body=data, content_type="image/png", headers={"Cache-Control": _KEPT})


async def _noted(visit: Visit, job: Job) -> None:
    """Who looks at the pages of somebody else leaves a line of it."""
    node, who = visit.parts.node, visit.who.id
    await visit.parts.database.write(
        lambda connection: audit.record(connection, node, who, "job.look", job.id, {"job": job.job_id})
    )
