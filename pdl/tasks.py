"""What a child of the sandbox may be asked to do: one row each.

A task is `function(source, arguments, emit) -> dict`: it reads the document through `source`, may hand
bytes to `emit`, and returns what JSON can say. It raises the errors of `pdl.errors`.
"""

TASKS: dict[str, str] = {
    "inspect-pdf": "pdl.pdf_inspect:inspect",
    "declared-postscript": "pdl.postscript_comments:declared",
    "count-pwg": "pdl.pwg:count",
    "count-urf": "pdl.urf:count",
    "count-cups-raster": "pdl.cups_raster:count",
    "count-escp": "pdl.escp:count",
    "count-image": "pdl.image:count",
    "count-text": "pdl.text:count",
    "count-stream": "pdl.stream:count",
    "count-xps": "pdl.xps:count",
    "colour-xps": "pdl.xps_colour:colour",
    "arrange-pdf": "pdl.arrange:arrange",
    "join-pdf": "pdl.join_pdf:join_pdf",
    "replace-pdf": "pdl.replace_pdf:replace_pdf",
    "stamp-pdf": "pdl.stamp_pdf:stamp_pdf",
    "banner-pdf": "pdl.banner_pdf:banner_pdf",
    "preview-pdf": "pdl.preview_pdf:preview_pdf",
    "preview-image": "pdl.preview_image:preview_image",
    "preview-raster": "pdl.preview_raster:preview_raster",
    "image-to-pdf": "pdl.image_to_pdf:image_to_pdf",
    "cups-raster-to-pdf": "pdl.cups_raster_to_pdf:cups_raster_to_pdf",
    "raster-to-pdf": "pdl.raster_to_pdf:raster_to_pdf",
    "rewrite-stream": "pdl.stream_write:rewrite_stream",
    "text-to-pdf": "pdl.text_to_pdf:text_to_pdf",
    "unpack": "pdl.unpack:unpack",
}
