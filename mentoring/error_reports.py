"""Tells of errors to a service that speaks Sentry's protocol (`SENTRY_DSN`), and of nothing that people said or did.

What is logged as an error is told, by web, workers and the live server alike: which kind of error, and where in the
code. A report is put together from what is allowed in it, so that nothing else leaves, whatever the client collects.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from common.later import LaterModule
from common.logs import request_id, route

sentry_sdk: Any = LaterModule("sentry_sdk")
integrations: dict[str, Any] = {
    "LoggingIntegration": LaterModule("sentry_sdk.integrations.logging"),
    "DedupeIntegration": LaterModule("sentry_sdk.integrations.dedupe"),
    "ExcepthookIntegration": LaterModule("sentry_sdk.integrations.excepthook"),
    "AtexitIntegration": LaterModule("sentry_sdk.integrations.atexit"),
}
# No message, which may quote what people wrote, and no variables.
OF_A_REPORT = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment")
OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app")
INSTALL = "pip install --no-deps --require-hashes -r requirements-sentry.txt"


def start_reports(dsn: str, *, environment: str) -> None:
    """Nothing is told, nor loaded, without an address.

    Raises ImproperlyConfigured if the client isn't installed, or if it can't read the address.
    """
    if not dsn:
        return
    options = {"LoggingIntegration": {"level": None, "sentry_logs_level": None}}
    try:
        chosen = [getattr(module, name)(**options.get(name, {})) for name, module in integrations.items()]
    except ImportError:
        raise ImproperlyConfigured(f"SENTRY_DSN is set, and sentry-sdk isn't installed: {INSTALL}") from None
    try:
        sentry_sdk.init(
            dsn=dsn,
            environment=environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=chosen,
            before_send=only_allowed,
            include_local_variables=False,
            include_source_context=False,
            send_default_pii=False,
            send_client_reports=False,
            auto_session_tracking=False,
            max_breadcrumbs=0,
            max_request_body_size="never",
        )
    except sentry_sdk.utils.BadDsn:
        words = "SENTRY_DSN must be an address like https://key@errors.example.org/1, as that service shows it."
        raise ImproperlyConfigured(words) from None


def only_allowed(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    told = {name: event[name] for name in OF_A_REPORT if name in event}
    told["tags"] = {name: value for name, value in tags_of(hint).items() if value}
    if values := event.get("exception", {}).get("values"):
        told["exception"] = {"values": [without_words(value) for value in values]}
    return told


def tags_of(hint: dict[str, Any]) -> dict[str, str]:
    """`task` is the name of Celery's, which its line of the log has."""
    facts = getattr(hint.get("log_record"), "data", None)
    task = facts.get("name", "") if isinstance(facts, dict) else ""
    return {"request": request_id.get(), "route": route.get(), "task": task}


def without_words(value: dict[str, Any]) -> dict[str, Any]:
    frames = value.get("stacktrace", {}).get("frames", [])
    kept = [{name: frame[name] for name in OF_A_FRAME if name in frame} for frame in frames]
    return {"type": value.get("type"), "module": value.get("module"), "stacktrace": {"frames": kept}}
