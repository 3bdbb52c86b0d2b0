"""What all pages share: languages, templates, sign-ins, static files, and one request as a visit."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web
from jinja2.bccache import Bucket
from markupsafe import Markup

from directory.store import Person
from web import session, words
from web.forms import Form
from web.i18n import Talk, chosen
from web.incoming import Incoming
from web.once import Once
from web.parts import Parts
from web.session import Sessions
from web.settings import LANGUAGES
from web.static_files import StaticFiles

_TEMPLATES: Final = Path(__file__).parent / "templates"

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class _Compiled(jinja2.BytecodeCache):
    """Templates are compiled once for all languages: only the words that they call for differ."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the compiled template, if its source is still the same."""
        checksum, code = self._known.get(bucket.key, ("", b""))
        if checksum == bucket.checksum:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the compiled template."""
        self._known[bucket.key] = (bucket.checksum, bucket.bytecode_to_string())


_COMPILED: Final = _Compiled()


class Site:
    """The pages' own parts beside those of the gateway."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.sessions = Sessions(parts.database, parts.people, parts.settings)
        self.files = StaticFiles()
        self.once = Once()
        self.talks = {code: Talk(code, parts.settings) for code in parts.settings.languages if code in LANGUAGES}
        self._templates = {code: self._environment(talk) for code, talk in self.talks.items()}

    @property
    def house(self) -> str:
        """What the house is called."""
        return self.parts.settings.organisation or "Printgate"

    def talk_for(self, request: web.Request) -> Talk:
        """The language of a request."""
        return self.talks[
            chosen(request.cookies.get("language"), request.headers.get("Accept-Language"), tuple(self.talks))
        ]

    def render(self, talk: Talk, template: str, values: Mapping[str, Any]) -> str:
        """Fill a template in."""
        return self._templates[talk.language].get_template(template).render(values)

    def _environment(self, talk: Talk) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES),
            extensions=["jinja2.ext.i18n"],
            bytecode_cache=_COMPILED,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # The extension's own door for gettext functions; mypy does not see it.
        environment.install_gettext_callables(talk.gettext, talk.ngettext, newstyle=True)  # type: ignore[attr-defined]
        environment.globals |= {
            "talk": talk,
            "others": [other for code, other in self.talks.items() if code != talk.language],
            "house": self.house,
            "static": self.files.url,
            "version": self.parts.version,
            "words": words,
        }
        environment.filters |= {
            "money": talk.money,
            "number": talk.number,
            "moment": talk.time,
            "until": talk.until,
            "span": talk.span,
        }
        return environment


class Visit:
    """One request: who asks, in which language, with which form."""

    def __init__(self, site: Site, request: web.Request, talk: Talk, query: Form) -> None:
        self.site, self.request, self.talk, self.query = site, request, talk, query
        self.form = Form()
        self.incoming: Incoming | None = None
        """The rest of a form with files, after its fields."""
        self.person: Person | None = None
        self.cookie = session.secret_of(request)
        self.fresh: str | None = None
        """An id made for this answer, to be put into the browser's cookie."""

    @property
    def parts(self) -> Parts:
        """The parts of the gateway."""
        return self.site.parts

    @property
    def who(self) -> Person:
        """Who is signed in; the gate has seen to it on pages of people."""
        assert self.person is not None
        return self.person

    @property
    def token(self) -> str:
        """The token for a form of this browser, which gets a cookie if it has none yet."""
        if self.cookie is None and self.fresh is None:
            self.fresh = secrets.token_urlsafe(32)
        return session.form_token(self.fresh or self.cookie or "")

    @property
    def peer(self) -> str:
        """The address that the request came from."""
        return self.request.remote or ""

    def token_right(self) -> bool:
        """Whether the form carries the token of this browser's cookie."""
        return self.cookie is not None and session.same(self.form.text("token", 64), session.form_token(self.cookie))

    def page(self, template: str, *, status: int = 200, here: str = "", **values: Any) -> web.Response:
        """Answer with a page; `here` is the entry of the navigation that it belongs to."""
        context = {
            **values,
            "here": here,
            "person": self.person,
            "sends": self.parts.upload is not None,
            "path": self.request.rel_url.raw_path_qs if self.request.method in ("GET", "HEAD") else "/",
            "csrf": Markup('<input type="hidden" name="token" value="{}">').format(self.token),
            "toast": words.toast(self.talk, self.query),
        }
        text = self.site.render(self.talk, template, context)
        return web.Response(text=text, status=status, content_type="text/html")

    def go(self, path: str) -> web.Response:
        """Go on to another page after a form was done (303, so that reloading does not do it again)."""
        return web.Response(status=303, headers={"Location": path})
