"""What can be wrong with a subscription; the words are for people."""


class SubscriptionError(Exception):
    """Root of what this package raises."""


class SubscriptionUnknown(SubscriptionError):
    """There is no such subscription, or its lease is over."""


class TooManySubscriptions(SubscriptionError):
    """There is no room for another subscription, for this person or at all."""


class NoLease(SubscriptionError):
    """A subscription to one job has no lease: it lasts as long as the job."""


class TooManyWaiting(SubscriptionError):
    """So many wait for events already that nobody else can."""
