"""The attributes of a Subscription and of an Event, as registered."""

from ipp.syntax import Row

_SUBSCRIPTION_TEMPLATE = "subscription-template"
_SUBSCRIPTION_STATUS = "subscription-status"
_EVENT_NOTIFICATIONS = "event-notifications"

ROWS: tuple[Row, ...] = (
    Row("notify-attributes", "1setOf keyword", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-charset", "charset", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-events", "1setOf type2 keyword", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-lease-duration", "integer(0:67108863)", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-max-events-supported", "integer(2:MAX)", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-natural-language", "naturalLanguage", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-pull-method", "type2 keyword", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-recipient-uri", "uri", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-time-interval", "integer(0:MAX)", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-user-data", "octetString(63)", _SUBSCRIPTION_TEMPLATE, "RFC 3995"),
    Row("notify-job-id", "integer(1:MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-lease-expiration-time", "integer(0:MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-printer-up-time", "integer(1:MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-printer-uri", "uri", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-sequence-number", "integer(0:MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-status-code", "type2 enum", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-subscriber-user-name", "name(MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-subscriber-user-uri", "uri", _SUBSCRIPTION_STATUS, "PWG 5100.13"),
    Row("notify-subscription-id", "integer(1:MAX)", _SUBSCRIPTION_STATUS, "RFC 3995"),
    Row("notify-subscription-uuid", "uri", _SUBSCRIPTION_STATUS, "PWG 5100.13"),
    Row("notify-system-up-time", "integer(0:MAX)", _SUBSCRIPTION_STATUS, "PWG 5100.22"),
    Row("notify-system-uri", "uri", _SUBSCRIPTION_STATUS, "PWG 5100.22"),
    Row("job-id", "integer(1:MAX)", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("job-impressions-completed", "integer(0:MAX)", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("job-state", "type1 enum", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("job-state-reasons", "1setOf type2 keyword", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("job-uuid", "uri", _EVENT_NOTIFICATIONS, "PWG 5100.13"),
    Row("notify-charset", "charset", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("notify-natural-language", "naturalLanguage", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("notify-printer-uri", "uri", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("notify-sequence-number", "integer(0:MAX)", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("notify-subscribed-event", "type2 keyword", _EVENT_NOTIFICATIONS, "RFC 3995"),
    Row("notify-subscription-id", "integer(1:MAX)", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("notify-subscription-uuid", "uri", _EVENT_NOTIFICATIONS, "PWG 5100.13"),
    Row("notify-user-data", "octetString(63)", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("printer-current-time", "dateTime | unknown", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("printer-is-accepting-jobs", "boolean", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("printer-state", "type1 enum", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("printer-state-reasons", "1setOf type2 keyword", _EVENT_NOTIFICATIONS, "RFC 3996"),
    Row("printer-up-time", "integer(1:MAX)", _EVENT_NOTIFICATIONS, "RFC 3996"),
)
