"""What tests of documents share: a look at one."""

import asyncio

import pytest

from pdl.inspect import COUNTING, inspect
from pdl.sandbox import Sandbox
from pdl.source import BytesSource


@pytest.fixture(scope="module")
def look():
    """Inspect bytes in one sandbox for all synchronous tests of a module: look(data, limits) -> Report."""
    with asyncio.Runner() as runner:
        sandbox = Sandbox()
        runner.run(sandbox.start())
        yield lambda data, limits=COUNTING: runner.run(inspect(BytesSource(data), sandbox, limits))
        runner.run(sandbox.stop())
