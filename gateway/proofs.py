"""The ways in which people prove who they are, as the settings have them; what is not configured is not loaded."""

from pathlib import Path
from typing import TYPE_CHECKING

from gateway.config import Settings
from gateway.core import Core
from ipp import build
from ipp.message import Attribute
from ipp_server.identity import Proofs

if TYPE_CHECKING:
    from directory.bearer import Bearer
    from directory.kerberos import Kerberos


def proofs(settings: Settings, core: Core) -> Proofs:
    """Put them together. Raises KerberosUnusable, OAuthUnusable."""
    return Proofs(core.people, core.tokens, _kerberos(settings), _bearer(settings))


def advertised(settings: Settings) -> tuple[tuple[str, ...], tuple[Attribute, ...]]:
    """What queues say of them: values of uri-authentication-supported, and attributes about the OAuth server.

    Source: PWG 5100.23 (oauth-authorization-server-uri, oauth-authorization-scope).
    """
    uri = settings.oauth_authorization_server_uri
    ways = (*(("negotiate",) if settings.kerberos_keytab else ()), *(("oauth",) if uri else ()), "basic")
    if not uri:
        return ways, ()
    scope = (build.name("oauth-authorization-scope", *settings.oauth_scope),) if settings.oauth_scope else ()
    return ways, (*scope, build.uri("oauth-authorization-server-uri", uri))


def _kerberos(settings: Settings) -> "Kerberos | None":
    if not settings.kerberos_keytab:
        return None
    from directory.kerberos import Kerberos  # noqa: PLC0415 - most houses do without

    made = Kerberos(Path(settings.kerberos_keytab), settings.kerberos_service, settings.kerberos_realms)
    made.check()
    return made


def _bearer(settings: Settings) -> "Bearer | None":
    server = settings.oauth_authorization_server_uri
    if not server:
        return None
    from directory.bearer import Bearer, Rules  # noqa: PLC0415 - as above
    from directory.oauth_keys import Keys  # noqa: PLC0415

    issuer = settings.oauth_issuer or server
    rules = Rules(
        issuer=issuer,
        audience=settings.oauth_audience,
        scope=settings.oauth_scope,
        claim=settings.oauth_claim,
        skew=settings.oauth_clock_skew,
    )
    return Bearer(rules, Keys(server, issuer, plain_loopback=settings.oauth_plain_loopback))
