"""The gateway's figures in Prometheus' text format, read from its parts when they are asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from gateway.core import Core
from ipp.enums import Operation, Status

if TYPE_CHECKING:
    from gateway.app import Gateway


class Metrics(Collector):
    """Collects."""

    def __init__(self, core: Core, gateway: "Gateway") -> None:
        self._core, self._gateway = core, gateway
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def render(self) -> bytes:
        """The text of /metrics."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """One family after the other."""
        waiting = GaugeMetricFamily("printgate_jobs_waiting", "Jobs that have not ended.", labels=["queue"])
        for queue in self._core.catalogue.listed():
            waiting.add_metric([queue.name], self._core.jobs.waiting(queue.id))
        yield waiting
        devices = GaugeMetricFamily(
            "printgate_device_state", "1 for the state a device is in.", labels=["device", "state"]
        )
        for row in self._core.fleet.listed():
            devices.add_metric([row.name, row.state], 1)
        yield devices
        yield GaugeMetricFamily(
            "printgate_connections", "Connections open now.", value=self._gateway.listener.connections
        )
        answers = CounterMetricFamily("printgate_ipp_answers", "IPP answers given.", labels=["operation", "status"])
        for (operation, status), count in self._gateway.ipp.answers.items():
            answers.add_metric([Operation(operation).keyword, Status(status).keyword], count)
        yield answers
