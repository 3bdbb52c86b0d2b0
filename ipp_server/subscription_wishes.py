"""What a client asks for in groups of subscription attributes, read by the rules of RFC 3995 section 5.2."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from events.subscriptions import kinds
from events.subscriptions.subscription import LEASE, LONGEST_LEASE, Wish
from ipp import build
from ipp.enums import GroupTag, Status, Tag
from ipp.message import Attribute, Group
from ipp_server import job_attributes
from ipp_server.errors import RequestFault
from ipp_server.request import Request

PULL_METHODS: Final = ("ippget",)
CHARSETS: Final = ("utf-8", "us-ascii")
QUEUE_EVENTS: Final = (kinds.NONE, *kinds.JOB_EVENTS, *kinds.PRINTER_EVENTS)
"""notify-events-supported of a queue."""
SYSTEM_EVENTS: Final = (*QUEUE_EVENTS, *kinds.SYSTEM_EVENTS, *kinds.RESOURCE_EVENTS)
"""notify-events-supported of the System."""
RESOURCE_EVENTS: Final = (kinds.NONE, *kinds.RESOURCE_EVENTS)
"""What of a resource can be subscribed to."""
QUEUE_DEFAULT: Final = (kinds.JOB_COMPLETED,)
RESOURCE_DEFAULT: Final = (kinds.RESOURCE_STATE,)
SYSTEM_DEFAULT: Final = (kinds.PRINTER_STATE,)
MOST_EVENTS: Final = 100
"""notify-max-events-supported."""
_MOST_GROUPS: Final = 200  # read of one request
_LONGEST_DATA: Final = 63  # octets of notify-user-data (RFC 3995 section 5.3.5)

_ALWAYS_TOLD: Final = frozenset(
    {
        "job-id",
        "job-state",
        "job-state-reasons",
        "job-impressions-completed",
        "job-uuid",
        "job-name",
        "attributes-charset",
        "attributes-natural-language",
    }
)
ATTRIBUTES: Final = tuple(name for name in job_attributes.DESCRIPTION if name not in _ALWAYS_TOLD)
"""notify-attributes-supported: what of a job can be told beside what is told always (RFC 3995 section 5.3.4)."""


@dataclass(slots=True)
class Reading:
    """One group as it was read: the wish, None if nothing can be made of it, and what the answer's group says."""

    wish: Wish | None = None
    told: list[Attribute] = field(default_factory=list)
    """What of the group is not supported, as it was sent."""
    status: Status | None = None
    """notify-status-code; None when all is as asked."""

    def refuse(self, status: Status) -> None:
        """Make no subscription of it."""
        self.wish, self.status = None, status

    @property
    def attributes(self) -> list[Attribute]:
        """What the answer's group says of what was not done as asked."""
        return [*self.told, build.enum("notify-status-code", self.status)] if self.status is not None else self.told


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be wished for: events, those of who names none, languages (the first for all others), and a lease."""

    events: tuple[str, ...] = QUEUE_EVENTS
    default: tuple[str, ...] = QUEUE_DEFAULT
    languages: tuple[str, ...] = ("en",)
    leased: bool = True


def read(request: Request, choice: Choice) -> list[Reading]:
    """Read all groups of subscription attributes. Raises RequestFault where RFC 3995 refuses the whole request."""
    groups = request.message.groups_of(GroupTag.SUBSCRIPTION)
    # What nobody may have that many of is not looked at (rule 9).
    beyond = [Reading(status=Status.CLIENT_ERROR_TOO_MANY_SUBSCRIPTIONS) for _ in groups[_MOST_GROUPS:]]
    return [_Reader(group, request, choice).read() for group in groups[:_MOST_GROUPS]] + beyond


def lease_of(wanted: int | None) -> int:
    """The lease that is granted to who wants so many seconds: as near as can be (RFC 3995 section 5.3.8)."""
    if wanted is None:
        return LEASE
    return LONGEST_LEASE if wanted == 0 else max(1, min(wanted, LONGEST_LEASE))


class _Reader:
    """Reads one group."""

    def __init__(self, group: Group, request: Request, choice: Choice) -> None:
        self._group, self._request, self._choice = group, request, choice
        self._told: list[Attribute] = []
        self._statuses: set[Status] = set()

    def read(self) -> Reading:
        """Read the group; every attribute is looked at, so that all that is unsupported is told at once."""
        self._method()
        wish = Wish(
            events=self._events(),
            attributes=self._attributes(),
            user_data=self._user_data(),
            charset=self._charset(),
            language=self._language(),
            lease=self._lease(),
            interval=self._interval(),
        )
        self._others()
        status = next((status for status in _GRAVEST_FIRST if status in self._statuses), None)
        made = wish if wish.events and status not in _REFUSALS else None
        return Reading(made, self._told, status)

    def _method(self) -> None:
        pull, push = self._group.get("notify-pull-method"), self._group.get("notify-recipient-uri")
        if (pull is None) == (push is None):
            raise RequestFault(
                Status.CLIENT_ERROR_BAD_REQUEST,
                "A subscription says either notify-pull-method or notify-recipient-uri. Use notify-pull-method ippget.",
            )
        if push is not None:
            self._not_supported(push, Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED)
        elif pull is not None and (pull.first_keyword not in PULL_METHODS or len(pull.values) != 1):
            self._not_supported(pull, Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED)

    def _events(self) -> tuple[str, ...]:
        sent = self._group.get("notify-events")
        if sent is None:
            return self._choice.default
        known, wrong = self._keywords(sent, self._choice.events, MOST_EVENTS)
        if kinds.NONE in known:
            # With others it is an unsupported value, alone it is no subscription (RFC 3995 section 5.3.3.4.1).
            known.remove(kinds.NONE)
            wrong.append(kinds.NONE)
        if len(sent.values) > MOST_EVENTS:
            self._statuses.add(Status.SUCCESSFUL_OK_TOO_MANY_EVENTS)
        if wrong or not known:
            self._told.append(build.keyword("notify-events", *wrong) if wrong else sent)
            self._statuses.add(
                Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES
                if known
                else Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
            )
        return tuple(known)

    def _attributes(self) -> tuple[str, ...]:
        sent = self._group.get("notify-attributes")
        if sent is None:
            return ()
        known, wrong = self._keywords(sent, ATTRIBUTES, len(ATTRIBUTES))
        if wrong:
            self._substituted(build.keyword("notify-attributes", *wrong))
        return tuple(known)

    def _keywords(self, sent: Attribute, supported: Sequence[str], most: int) -> tuple[list[str], list[str]]:
        """The values that are supported, and those that are not or are too many."""
        values = list(dict.fromkeys(sent.strings))
        known = [value for value in values if value in supported][:most]
        return known, [value for value in values if value not in known]

    def _user_data(self) -> bytes | None:
        sent = self._group.get("notify-user-data")
        if sent is None:
            return None
        data = sent.first_octets
        if data is None or len(data) > _LONGEST_DATA or len(sent.values) != 1:
            self._substituted(sent)
            return None
        return data

    def _charset(self) -> str:
        sent = self._group.get("notify-charset")
        value = (sent.first_string or "").lower() if sent else ""
        if value in CHARSETS:
            return value
        if sent is not None:
            self._substituted(sent)
        asked = (self._request.operation.string("attributes-charset") or "").lower()
        return asked if asked in CHARSETS else CHARSETS[0]

    def _language(self) -> str:
        sent = self._group.get("notify-natural-language")
        value = (sent.first_string or "").lower() if sent else ""
        languages = self._choice.languages
        if value in languages:
            return value
        if sent is not None:
            self._substituted(sent)
        asked = value or (self._request.operation.string("attributes-natural-language") or "").lower()
        # A dialect is answered in its language, any other one in English.
        return next((one for one in languages if asked.partition("-")[0] == one), languages[0])

    def _lease(self) -> int:
        sent = self._group.get("notify-lease-duration")
        if sent is not None and not self._choice.leased:
            self._substituted(build.out_of_band("notify-lease-duration", Tag.UNSUPPORTED))
        if sent is None or not self._choice.leased:
            return LEASE
        wanted = sent.first_int
        granted = lease_of(wanted)
        if granted != wanted:
            # The granted value stands in the answer under the same name.
            self._statuses.add(Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES)
        return granted

    def _interval(self) -> int:
        sent = self._group.get("notify-time-interval")
        if sent is None:
            return 0
        value = sent.first_int
        if value is None or value < 0:
            self._substituted(sent)
            return 0
        return value

    def _others(self) -> None:
        for attribute in self._group.attributes:
            if attribute.name not in _KNOWN:
                self._substituted(build.out_of_band(attribute.name, Tag.UNSUPPORTED))

    def _substituted(self, attribute: Attribute) -> None:
        self._not_supported(attribute, Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES)

    def _not_supported(self, attribute: Attribute, status: Status) -> None:
        self._told.append(attribute)
        self._statuses.add(status)


_REFUSALS: Final = (
    Status.CLIENT_ERROR_URI_SCHEME_NOT_SUPPORTED,
    Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED,
)
_GRAVEST_FIRST: Final = (
    *_REFUSALS,
    Status.SUCCESSFUL_OK_TOO_MANY_EVENTS,
    Status.SUCCESSFUL_OK_IGNORED_OR_SUBSTITUTED_ATTRIBUTES,
)
"""Of several, the answer's group tells the first (RFC 3995 section 5.2, rule 8d)."""

_KNOWN: Final = frozenset(
    {
        "notify-pull-method",
        "notify-recipient-uri",
        "notify-events",
        "notify-attributes",
        "notify-user-data",
        "notify-charset",
        "notify-natural-language",
        "notify-lease-duration",
        "notify-time-interval",
        "notify-job-id",  # where old CUPS clients name the job; read as an operation attribute
    }
)
