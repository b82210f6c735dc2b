"""Health, readiness and metrics."""

import logging

from flask import Blueprint, Response, jsonify, request

from connector.store import vitals
from connector.web.metrics import Metrics
from connector.web.services import Services

LOG = logging.getLogger("tagih.web")
WORKER_SILENT_S = 10.0


def routes(services: Services, metrics: Metrics) -> Blueprint:
    """What a supervisor asks; no key, and nothing personal in any answer."""
    door = Blueprint("operations", __name__)

    @door.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @door.get("/readyz")
    def ready() -> tuple[Response, int]:
        checks = _checks(services)
        well = all(word == "ok" for word in checks.values())
        return jsonify({"status": "ok" if well else "not_ready", "checks": checks}), 200 if well else 503

    @door.get("/metrics")
    def exposition() -> Response:
        return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")

    @door.after_app_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        metrics.requests.labels(route, str(response.status_code)).inc()
        return response

    return door


def _checks(services: Services) -> dict[str, str]:
    checks = {"database": "failed", "migrations": "unknown", "worker": "unknown"}
    try:
        with services.store.read() as tx:
            vitals.is_reachable(tx)
            checks["database"] = "ok"
        checks["migrations"] = "ok" if services.is_migrated() else "pending"
        with services.store.read() as tx:
            age = vitals.heartbeat_age_s(tx)
        checks["worker"] = "ok" if age is not None and age < WORKER_SILENT_S else "silent"
    except Exception as error:  # noqa: BLE001 - any failure of the database is the answer, not a 500
        LOG.warning("not ready: %s", type(error).__name__)
    return checks
