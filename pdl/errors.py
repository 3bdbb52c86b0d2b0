"""What may go wrong with a document, in words for a person."""

STATE_REASONS = frozenset({"document-format-error", "document-password-error", "unsupported-document-format"})
"""The job-state-reasons keywords of documents that are rejected (RFC 8011 section 5.3.8, PWG 5100.13)."""


class PdlError(Exception):
    """Anything this package cannot do; the text is a sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DocumentRejected(PdlError):
    """The document itself cannot be printed; `state_reason` is the job-state-reasons keyword that fits."""

    def __init__(self, reason: str, state_reason: str = "document-format-error") -> None:
        super().__init__(reason)
        self.state_reason = state_reason


class PasswordNeeded(DocumentRejected):
    """The document opens only with a password (PWG 5100.13: document-password-error)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "document-password-error")


class LimitReached(PdlError):
    """Reading the document took more time, memory, pages or output than it may."""


class ReaderCrashed(LimitReached):
    """The process that read the document died of it: nothing it said can be relied upon."""


class SandboxFailed(PdlError):
    """The sandbox itself cannot run: no judgement on the document, an administrator must look."""
