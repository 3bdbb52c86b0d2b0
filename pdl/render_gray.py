"""Single pages without colour, in a document that keeps its own (print-color-mode within overrides, PWG 5100.6)."""

from pdl import ghostscript
from pdl.render_work import Work
from pdl.source import ChainSource, Source


async def grayed(work: Work, document: Source) -> Source:
    """The document, the target's gray pages without colour; as it is where there are none, or all lose theirs."""
    gray = work.target.gray_pages
    if not gray or not work.target.color:
        return document
    chosen = await work.chosen(document, gray)
    made, _ = await work.store(lambda into: work.ghostscript(ghostscript.to_gray_pdf(), chosen, into))
    arguments = {"split": document.size, "pages": gray}
    both = ChainSource((document, made))
    kept, _ = await work.store(
        lambda into: work.sandbox.run("replace-pdf", both, arguments, limits=work.limits, sink=into)
    )
    return kept
