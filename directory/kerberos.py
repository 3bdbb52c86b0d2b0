"""Kerberos tickets in HTTP's Negotiate (RFC 4559): whose they are, checked against a keytab off the event loop."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from directory.errors import KerberosUnusable
from directory.people import fold

if TYPE_CHECKING:
    import gssapi

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 4  # tickets looked at in threads; each is local work of a few milliseconds
_LONGEST: Final = 48 * 1024  # octets of a ticket with a large authorisation part


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who came with a right ticket: the person's name, folded, and the server's own proof for the client."""

    name: str
    reply: bytes


class Kerberos:
    """Accepts tickets for one service of a keytab. The keytab is read each time, so that keys may be renewed."""

    def __init__(self, keytab: Path, services: Iterable[str], realms: Iterable[str]) -> None:
        """Take tickets for `services`, such as HTTP (which some clients write http), or HTTP@host for one host's only.

        `realms` are those whose people are ours, as REALM or, where names of two realms may meet, as REALM=SUFFIX: ada
        of that realm is then the person `ada` with the suffix after it.
        """
        self._keytab, self._services = keytab, tuple(services)
        self._suffixes = dict(_suffix(realm) for realm in realms)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def check(self) -> None:
        """Look whether tickets could be accepted. Raises KerberosUnusable."""
        try:
            from gssapi.raw import GSSError  # noqa: PLC0415 - an extra, which most do without
        except ImportError as error:
            raise KerberosUnusable(
                f"kerberos_keytab needs the package gssapi ({error}). Install it: pip install 'printgate[kerberos]'"
            ) from None
        for service in self._services:
            try:
                self._check_key(service)
            except GSSError as error:
                raise KerberosUnusable(
                    f"{self._keytab} cannot be used for {service}: {_words(error)}. "
                    f"It must be readable, and hold a key of {service.replace('@', '/')}."
                ) from None
        if not (self._suffixes and self._services):
            raise KerberosUnusable(
                "kerberos_service and kerberos_realms must name the service and the realms whose people may print."
            )

    async def accept(self, ticket: bytes) -> Accepted | None:
        """Return who sends this ticket; None if it is not right, or its sender nobody of ours."""
        if not 0 < len(ticket) <= _LONGEST:
            return None
        async with self._slots:
            principal, reply = await asyncio.to_thread(self._step, ticket)
        name = self.name_of(principal) if principal else None
        return Accepted(name, reply) if name else None

    def name_of(self, principal: str) -> str | None:
        """The person's name of a principal; None for a host's, a service's, and of a realm that is not ours."""
        user, at, realm = principal.rpartition("@")
        suffix = self._suffixes.get(realm)
        if not at or suffix is None or any(character in user for character in "/\\@") or user.endswith("$"):
            return None
        return fold(user) + suffix if fold(user) else None

    def _step(self, ticket: bytes) -> tuple[str, bytes]:
        """Verify one ticket, in a thread. Every failure is the client's: a wrong one, too old, used before."""
        import gssapi  # noqa: PLC0415 - as above
        from gssapi.raw import GSSError  # noqa: PLC0415

        try:
            context = gssapi.SecurityContext(creds=self._credentials(), usage="accept")
            reply = context.step(ticket) or b""
            if not context.complete or context.mech != gssapi.MechType.kerberos:
                # What wants a second round would need a state per connection; Kerberos itself needs none.
                log.info("kerberos ticket refused", reason="not Kerberos at once")
                return "", b""
            if not self._is_for_us(str(context.target_name)):
                log.info("kerberos ticket refused", reason="it is for another service")
                return "", b""
            return str(context.initiator_name), reply
        except GSSError as error:
            log.info("kerberos ticket refused", reason=_words(error))
            return "", b""

    def _credentials(self) -> "gssapi.Credentials":
        import gssapi  # noqa: PLC0415 - as above

        return gssapi.Credentials(usage="accept", store={"keytab": f"FILE:{self._keytab}"})

    def _check_key(self, wanted: str) -> None:
        """Look for a key of the service, however it is written. Raises GSSError."""
        import gssapi  # noqa: PLC0415 - as above
        from gssapi.raw import GSSError  # noqa: PLC0415

        name, at, host = wanted.partition("@")
        for written in (name.lower(), name.upper()):
            service = gssapi.Name(f"{written}{at}{host}", gssapi.NameType.hostbased_service)
            try:
                gssapi.Credentials(usage="accept", name=service, store={"keytab": f"FILE:{self._keytab}"})
                return
            except GSSError:
                if written.isupper():
                    raise

    def _is_for_us(self, principal: str) -> bool:
        """Whether a ticket's service is ours, in capitals or not, as clients differ in that."""
        name, _, rest = principal.lower().partition("/")
        asked = (name, f"{name}@{rest.partition('@')[0]}")
        return any(service.lower() in asked for service in self._services)


def _suffix(realm: str) -> tuple[str, str]:
    name, _, suffix = realm.partition("=")
    return name.strip(), fold(suffix)


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
