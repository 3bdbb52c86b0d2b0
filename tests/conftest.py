"""What all tests share: a sandbox, and how many examples hypothesis tries.

HYPOTHESIS_PROFILE=prove tries many; see scripts/prove.
"""

import os

import pytest_asyncio
from hypothesis import HealthCheck, settings

from pdl.sandbox import Sandbox

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile(
    "prove",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "2000")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox():
    """One sandbox for the asynchronous tests of a module."""
    made = Sandbox()
    await made.start()
    yield made
    await made.stop()
