"""What can go wrong with a job, in words for the person who printed. Each edge maps the classes to its own status."""


class JobError(Exception):
    """Root of the errors of this package."""


class JobUnknown(JobError):
    """There is no such job (or not for this person)."""


class QueueUnknown(JobError):
    """There is no such queue."""


class ResourceUnknown(JobError):
    """There is no such resource."""


class QueueExists(JobError):
    """A queue of that name exists already."""


class BadQueue(JobError):
    """A queue's setting cannot be."""


class NotPossible(JobError):
    """The job is in no state for that."""


class NotAdmitted(JobError):
    """Policy refuses the job before its document is read."""


class FormatNotSupported(JobError):
    """The gateway cannot read documents of that format."""


class NoDocument(FormatNotSupported):
    """A document was announced, and nothing came."""


class AttributesNotSupported(JobError):
    """The client insists on values (ipp-attribute-fidelity) that the queue does not offer."""


class TooManyDocuments(JobError):
    """A job here has one document."""


class AlreadyClosed(NotPossible):
    """The job takes no document any more."""


class DocumentTooLarge(JobError):
    """The document is larger than the queue takes."""


class NotAccepting(JobError):
    """The queue takes no jobs for now."""


class OutOfService(JobError):
    """The queue was deactivated or shut down by an operator."""
