"""What Prometheus reads. Labels are names of ours: no phone, no name, no host, no amount."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from connector.web.figures import Figures


class Metrics:
    """The counters of this process, and gauges counted in the database when somebody looks."""

    def __init__(self, figures: Figures) -> None:
        self._registry = CollectorRegistry()
        self.webhooks = Counter(
            "tagih_webhooks", "Webhooks at the door", ["provider", "result"], registry=self._registry
        )
        self.requests = Counter(
            "tagih_requests", "Answered requests", ["route", "status"], registry=self._registry
        )
        self._registry.register(_Rows(figures))

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)


class _Rows(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering does not ask the database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found, age = self._figures.read()
        for name, states in (
            ("invoices", found.invoices),
            ("steps", found.steps),
            ("messages", found.messages),
            ("cases", found.cases),
        ):
            family = GaugeMetricFamily(f"tagih_{name}", f"Rows of {name} by state", labels=["state"])
            for state, count in sorted(states.items()):
                family.add_metric([state], count)
            yield family
        for name, words, value in (
            ("tagih_inbox_new", "Webhooks not yet applied", found.inbox_new),
            ("tagih_inbox_failed", "Webhooks put aside after failures", found.inbox_failed),
            ("tagih_events_unnumbered", "Events that wait for their number", found.events_unnumbered),
            ("tagih_paused", "1 while pause_all holds", int(found.paused)),
            ("tagih_clock_suspect", "1 while the clock is not trusted", int(found.clock_suspect)),
        ):
            yield GaugeMetricFamily(name, words, value=value)
        stopped = GaugeMetricFamily(
            "tagih_webhooks_stopped",
            "Webhooks that stopped by themselves; absent while all run",
            labels=["reason"],
        )
        for reason, count in sorted(found.stopped_webhooks.items()):
            stopped.add_metric([reason], count)
        yield stopped
        if age is not None:
            yield GaugeMetricFamily(
                "tagih_worker_heartbeat_age_seconds", "Since the worker's last sign of life", value=age
            )
