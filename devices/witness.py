"""The caller's watch, and what we must remember of an attempt: whether anything of the document left."""

import logging
from collections.abc import Awaitable

from devices.device import Watch

_LOG = logging.getLogger(__name__)


class Witness:
    """Passes on what happens. Once the document is on its way, a watch that fails is logged and cannot stop it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._announced = False
        self.started = False
        """Whether a byte of the document may have left."""
        self.failure: Exception | None = None
        """What `before_first_byte` or `created` raised: the caller's own fault, handed back to it as it is."""

    async def before_first_byte(self) -> None:
        """Ask the caller once; afterwards the document counts as on its way."""
        if not self._announced:
            await self._or_fail(self._watch.before_first_byte())
            self._announced = True
        self.started = True

    def refused(self) -> None:
        """Note that the device took nothing, in so many words: it may be tried again as if nothing had left."""
        self.started = False

    async def created(self, device_job_id: int) -> None:
        """Pass on the job's number; before the first byte a failure to record it stops the attempt."""
        call = self._watch.created(device_job_id)
        await (_logged(call) if self.started else self._or_fail(call))

    async def after_last_byte(self) -> None:
        """Pass on that the device has the whole document."""
        await _logged(self._watch.after_last_byte())

    async def progress(self, impressions: int | None, state: str, reasons: tuple[str, ...]) -> None:
        """Pass on how far the device is."""
        await _logged(self._watch.progress(impressions, state, reasons))

    async def _or_fail(self, call: Awaitable[None]) -> None:
        try:
            await call
        except Exception as error:
            self.failure = error
            raise


async def _logged(call: Awaitable[None]) -> None:
    # The job is at the device: to stop following it now would lose what it printed.
    try:
        await call
    except Exception:
        _LOG.exception("a watch failed while its job was at the device")
