"""The nodes of a workflow: which speak to other systems, which tell people, and how they try again."""

from typing import Any

# Nodes that only compute, branch or begin a run: a second try of one would give what the first gave.
LOCAL = frozenset({
    "aggregate", "code", "compareDatasets", "convertToFile", "crypto", "dateTime", "debugHelper", "editImage",
    "errorTrigger", "executeWorkflow", "executeWorkflowTrigger", "executionData", "extractFromFile", "filter",
    "function", "functionItem", "html", "if", "itemLists", "limit", "manualTrigger", "markdown", "merge", "noOp",
    "removeDuplicates", "renameKeys", "respondToWebhook", "scheduleTrigger", "set", "sort", "splitInBatches",
    "splitOut", "start", "stickyNote", "stopAndError", "summarize", "switch", "wait", "webhook", "xml", "form",
    "formTrigger", "evaluation", "dataTable",
})  # fmt: skip
# Nodes that can tell a person something.
TELLING = ("discord", "slack", "telegram", "email", "gmail", "matrix", "mattermost", "pushover", "pushbullet", "gotify",
           "ntfy", "twilio", "signal", "whatsapp", "teams", "rocketchat", "homeassistant", "httprequest")  # fmt: skip
ERROR_TRIGGER = "errorTrigger"
TRIES = 3  # times in all
WAIT_MS = 5000  # n8n allows no more


def kind(node: dict[str, Any]) -> str:
    """What a node is, without the package it comes from: ``httpRequest``."""
    return str(node.get("type", "")).rpartition(".")[2]


def on(nodes: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """The nodes that are not switched off."""
    return [one for one in nodes if not one.get("disabled")]


def speaks(node: dict[str, Any]) -> bool:
    """Whether a node asks another system for something, so that trying again may help."""
    name = kind(node)
    return name not in LOCAL and not name.endswith("Trigger")


def retries(node: dict[str, Any]) -> bool:
    """Whether a node tries again when it fails."""
    tries = node.get("maxTries", TRIES)
    return bool(node.get("retryOnFail")) and isinstance(tries, int) and tries > 1


def tells(node: dict[str, Any]) -> bool:
    """Whether a node may tell a person something."""
    name = kind(node).lower()
    return any(one in name for one in TELLING)


def may_double(node: dict[str, Any]) -> bool:
    """Whether a second try could do a thing twice: a request that is not a GET, or a message."""
    if kind(node) == "httpRequest":
        return str((node.get("parameters") or {}).get("method", "GET")).upper() not in ("GET", "HEAD", "PUT", "DELETE")
    return tells(node)


def credential_ids(node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Name and id of each credential that a node uses; one without an id is not set."""
    found = node.get("credentials")
    given = found.values() if isinstance(found, dict) else ()
    return [(str(one.get("name") or "?"), one.get("id") or None) for one in given if isinstance(one, dict)]
