"""Words for the keywords a queue tells, for clients to show: printer-strings-uri (PWG 5100.13 section 5.5.18).

A file of lines `"attribute.keyword" = "Words";` in each language, as CUPS and macOS read it.
"""

from typing import Final

from aiohttp import web

from ipp_server import words

LANGUAGES: Final = ("en", "fr")
"""printer-strings-languages-supported."""
PATH: Final = "/ipp/strings/{language:[a-z]{2}}.strings"
"""Where they are served."""
_FOR_A_DAY: Final = "public, max-age=86400"


def uri_of(language: str) -> str:
    """The path of a language's file."""
    return f"/ipp/strings/{language}.strings"


def closest(tag: str) -> str:
    """The language of ours for a natural language such as fr-CA; English for what there is none of."""
    primary = tag[:63].lower().split("-", 1)[0]
    return primary if primary in LANGUAGES else LANGUAGES[0]


def text(language: str) -> str:
    """The file of one language."""
    column = LANGUAGES.index(language)
    return "".join(f"{_quoted(key)} = {_quoted(row[column])};\n" for key, row in words.ROWS.items())


async def serve(request: web.Request) -> web.Response:
    """Answer with a file, or 404."""
    language = request.match_info["language"]
    if language not in LANGUAGES:
        raise web.HTTPNotFound(text="There are no words in that language.\n")
    return web.Response(
        text=text(language), content_type="text/strings", charset="utf-8", headers={"Cache-Control": _FOR_A_DAY}
    )


def _quoted(words_: str) -> str:
    return '"' + words_.replace("\\", "\\\\").replace('"', '\\"') + '"'
