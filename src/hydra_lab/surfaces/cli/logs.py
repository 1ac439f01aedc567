"""Logs: lines for a person on a terminal, JSON otherwise; never a secret in them."""

import importlib
import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

Scrub = Callable[[Any], Any]
# Libraries that say at "info" what only their authors want to know.
QUIET = ("uvicorn", "dbos", "sqlalchemy", "alembic", "httpx", "mcp", "asyncio")


def set_up_logs(as_json: bool | None = None, scrub: Scrub = lambda data: data) -> None:
    """Have every log line of this process, the libraries' too, go to standard error in one form.

    ``as_json`` unset means JSON unless standard error is a terminal. ``HYDRA_LOG_LEVEL`` sets the level. What
    ``scrub`` knows as secret is masked.
    """
    structlog = plain_structlog()
    level = logging.getLevelNamesMapping().get(os.environ.get("HYDRA_LOG_LEVEL", "info").upper(), logging.INFO)
    as_json = not sys.stderr.isatty() if as_json is None else as_json

    def masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return scrub(dict(event))  # type: ignore[no-any-return]

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
        structlog.processors.format_exc_info,
        masked,
    ]
    shown: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if not as_json:
        shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=24)
    structlog.configure(
        processors=[*shared, shown],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def plain_structlog() -> Any:
    """structlog, loaded without rich and pygments, and so is httpx, which the program needs anyway.

    They load these two where they can, for coloured tracebacks and command lines that we do not show; that is a tenth
    of the start.
    """
    if "structlog" in sys.modules:
        return sys.modules["structlog"]
    loaded = {name: sys.modules.get(name) for name in ("rich", "pygments")}
    # This is how Python is told that a module cannot be imported.
    sys.modules.update(dict.fromkeys(loaded))  # type: ignore[arg-type]
    try:
        importlib.import_module("httpx")
        return importlib.import_module("structlog")
    finally:
        for name, module in loaded.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module
