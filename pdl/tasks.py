"""What a child of the sandbox may be asked to do: one row each.

A task is `function(source, arguments, emit) -> dict`: it reads the document through `source`, may hand
bytes to `emit`, and returns what JSON can say. It raises the errors of `pdl.errors`.
"""

TASKS: dict[str, str] = {
    "count-pdf": "pdl.pdf:count",
    "colour-pdf": "pdl.pdf_colour:colour",
    "count-pwg": "pdl.pwg:count",
    "count-urf": "pdl.urf:count",
    "count-image": "pdl.image:count",
    "count-text": "pdl.text:count",
    "arrange-pdf": "pdl.arrange:arrange",
    "image-to-pdf": "pdl.image_to_pdf:image_to_pdf",
    "raster-to-pdf": "pdl.raster_to_pdf:raster_to_pdf",
    "text-to-pdf": "pdl.text_to_pdf:text_to_pdf",
}
