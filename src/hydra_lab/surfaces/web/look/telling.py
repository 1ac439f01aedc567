"""Journal entries as sentences: what happened, to what, and what else is worth a second line."""

from hydra_lab.kernel.journal import Event
from hydra_lab.surfaces.web.look.words import sentence

# {s} is the entry's subject; other names are its data. An entry that is not here is told by its name.
TOLD = {
    "items.created": "{s} was added",
    "items.released": "{s} is ready",
    "items.started": "{s} started",
    "items.done": "{s} is done",
    "items.failed": "{s} failed",
    "items.held": "{s} is held",
    "items.cancelled": "{s} was cancelled",
    "items.paused": "{s} was paused",
    "items.resumed": "{s} was resumed",
    "items.retried": "{s} runs again",
    "items.recovered": "{s} goes on after a restart",
    "items.planned": "{s} is done by {chosen}",
    "items.prioritised": "{s} is now {priority}",
    "items.hurried": "{s} no longer waits for its time",
    "items.pruned": "Old work was cleared away",
    "approvals.asked": "Approval asked for {s}",
    "approvals.granted": "Approved: {s}",
    "approvals.rejected": "Rejected: {s}",
    "approvals.lapsed": "Nobody answered: {s}",
    "policy.denied": "Policy refused {operation}",
    "policy.mode_set": "Mode is now {mode}",
    "policy.loaded": "The policy was taken up",
    "policy.changed": "The policy was changed",
    "policy.broken": "policy.yaml cannot be read",
    "operations.called": "{operation} was called",
    "operations.done": "{operation} is done",
    "operations.failed": "{operation} failed",
    "sessions.opened": "{s} signed in",
    "sessions.closed": "{s} signed out",
    "sessions.paused": "Too many failed sign-ins from {s}",
    "sessions.failed": "A sign-in from {s} failed",
    "sessions.pretended": "A sign-in header from {s} was ignored",
    "sessions.ended": "A session of {s} was signed out",
    "sessions.others_ended": "All other sessions of {s} were signed out",
    "notifications.sent": "Told {s}: {message}",
    "notifications.failed": "{s} could not be told: {message}",
    "notifications.expired": "Messages that nobody took for days were given up",
    "notifications.retried": "{s} is told again: {message}",
    "notifications.disabled": "Channel {s} is off",
    "notifications.enabled": "Channel {s} is used again",
    "notifications.tested": "A test was sent to {s}",
    "notifications.rule_set": "Notification rule {s} was set",
    "notifications.rule_removed": "Notification rule {s} was removed",
    "keys.created": "Key {s} was made",
    "keys.revoked": "Key {s} was revoked",
    "keys.admin_reset": "The admin token was replaced",
    "schedules.fired": "Schedule {s} fired",
    "schedules.skipped": "Schedule {s} skipped one: the last is still open",
    "schedules.refused": "Schedule {s} was refused",
    "control.resumed": "{s} was resumed",
    "integrations.connected": "{s} answers",
    "items.revised": "{s} was changed by its document",
    "items.concluded": "{s} is reported complete",
    "http.outcome_unknown": "Nobody knows whether the call of {s} arrived",
    "control.restarted": "What the stop had ended goes on",
    "policy.mode_ended": "The mode ended by itself",
    "http.calling": "Calling {s}",
    "http.called": "Called {s}",
    "backlog.imported": "Backlog {s} was imported",
    "backlog.classified": "{s} is done by {operation}, says {model}",
    "backlog.suggestions_dismissed": "Nothing {model} suggested does {s}",
    "settings.changed": "Setting {s} was changed",
    "schedules.created": "Schedule made: {s}",
    "schedules.removed": "Schedule removed: {s}",
    "alerts.fired": "{s} fires",
    "alerts.resolved": "{s} no longer fires",
    "alerts.silenced": "Silenced: {reason}",
    "alerts.silence_changed": "Silence changed: {reason}",
    "alerts.silence_ended": "Silence ended: {reason}",
    "alerts.source_lost": "{s} does not tell of alerts",
    "alerts.source_back": "{s} tells of alerts again",
    "alerts.webhook_made": "The webhook of alerts has a new secret",
    "benchmarks.measured": "Measured: {s}",
    "benchmarks.verdict": "A person judged the judge {judge}: {s}",
    "benchmarks.regressed": "Worse than before: {s}",
    "presence.changed": "Presence is now {state}",
    "presence.arrived": "{name} came home",
    "presence.left": "{name} left home",
    "presence.seen": "{name} is now {value}",
    "presence.overridden": "Presence was set to {s} by hand",
    "presence.override_ended": "The rules of presence decide again",
    "presence.source_lost": "{s} does not tell who is at home",
    "presence.source_back": "{s} tells who is at home again",
    "presence.rules_set": "The rules of presence were changed",
    "presence.plan_set": "What presence changes was changed",
    "presence.limiting": "{s} is being limited to {to_w} W",
    "presence.limited": "{s} is limited to {now_w} W",
    "presence.limit_failed": "The limit of {s} could not be set",
    "presence.not_applied": "What presence changes could not be applied",
    "nodes.connected": "{s} was measured for the first time",
    "nodes.lost": "{s} does not answer",
    "nodes.back": "{s} answers again",
    "nodes.key_unknown": "{s} shows a host key that nobody has confirmed",
    "nodes.key_changed": "{s} shows another host key than before",
    "nodes.disk_filling": "A disk of {s} is nearly full",
    "nodes.disk_well": "There is room on the disk of {s} again",
    "nodes.metrics_lost": "{s} does not tell what it has measured",
    "nodes.metrics_back": "{s} tells what it has measured again",
    "gpus.lost": "{s} is gone",
    "gpus.found": "{s} was found",
    "gpus.hot": "{s} is hot",
    "gpus.cool": "{s} has cooled down",
    "gpus.limit_set": "{s} may draw {watts} W",
    "maintenance.backup_missing": "There is no recent backup",
    "maintenance.backup_found": "There is a recent backup again",
    "containers.create": "Container {s} was made",
    "containers.start": "Container {s} started",
    "containers.restart": "Container {s} was started again",
    "containers.kill": "Container {s} was told to end",
    "containers.stop": "Container {s} was stopped",
    "containers.die": "Container {s} ended",
    "containers.oom": "Container {s} ran out of memory",
    "containers.pause": "Container {s} was paused",
    "containers.unpause": "Container {s} goes on",
    "containers.rename": "Container {s} has another name",
    "containers.destroy": "Container {s} was removed",
    "containers.health_status": "Container {s} is {health}",
    "containers.healing": "{s} is to be healed",
    "containers.healed": "{s} was healed",
    "containers.healing_failed": "{s} could not be healed",
    "containers.healing_refused": "{s} was not to be healed",
    "containers.would_heal": "{s} would have been healed",
    "containers.start_failed": "Container {s} could not start",
    "containers.well_again": "{s} is well again",
    "containers.probe_set": "Health of {s} is probed",
    "containers.probe_removed": "Health of {s} is not probed any more",
    "containers.heal_rules_set": "The rules of healing were changed",
    "containers.lost": "The container host does not answer",
    "containers.back": "The container host answers again",
    "nodes.added": "Node {s} was added",
    "nodes.removed": "Node {s} was removed",
    "nodes.trusted": "The host key of {s} is trusted",
    "images.measured": "Images were measured",
    "images.cleaned": "Images were cleaned up",
    "images.rules_set": "The rules of images were changed",
    "n8n.hardened": "Workflow {s} was made robust",
    "n8n.restored": "Workflow {s} was put back",
    "n8n.run_failed": "A run of {s} failed in n8n",
    "n8n.run_recovered": "A run of {s} was repeated and went well",
    "control.paused": "{s} was paused",
    "items.stopped": "{s} was stopped",
    "triggers.paused": "Trigger {s} was paused",
    "triggers.resumed": "Trigger {s} goes on",
    "models.loaded": "{model} was loaded on {s}",
    "models.unloaded": "{model} left the memory of {s}",
    "models.switching": "{s} is switching to {model}",
    "models.switched": "{s} has switched to {model}",
    "models.switch_failed": "{s} could not load {model}",
    "models.pulled": "{s} has fetched {model}",
    "models.changed": "{s} has other models",
    "models.lost": "{s} does not answer",
    "models.back": "{s} answers again",
    "triggers.set": "Trigger {s} was set",
    "triggers.started": "Trigger {s} started work",
    "triggers.removed": "Trigger {s} was removed",
    "hooks.created": "Hook {s} was made",
    "hooks.received": "Hook {s} was called",
    "hooks.removed": "Hook {s} was removed",
    "integrations.lost": "{s} does not answer",
    "integrations.back": "{s} answers again",
    "integrations.configured": "{s} was configured",
}
# Data worth a second line, the first that is there.
SECOND = ("detail", "message", "reason", "problem", "rule")


class Parts(dict[str, object]):
    """The names a sentence may use; an absent one reads as “it”."""

    def __missing__(self, key: str) -> str:
        return "it"


def event_text(event: Event, called: str = "") -> str:
    """What happened, in a few words; ``called`` stands for the subject where it is known already."""
    pattern = TOLD.get(event.name)
    if pattern is None:
        words = event.name.replace(".", " ").replace("_", " ")
        words = words[:1].upper() + words[1:]
        return f"{words}: {event.subject}" if event.subject else words
    subject = called or event.subject or event.data.get("operation") or "it"
    if subject == "It" and not pattern.startswith("{s}"):
        subject = "it"
    return pattern.format_map(Parts({**event.data, "s": subject}))


def event_sub(event: Event) -> str:
    """A second line: the error, the reason or the rule; empty when there is none."""
    data = event.data
    error = data.get("error")
    if isinstance(error, dict) and error.get("detail"):
        return sentence(str(error["detail"]))
    holds = data.get("holds")
    if isinstance(holds, list) and holds and isinstance(holds[0], dict):
        return sentence(str(holds[0].get("detail", "")))
    for name in SECOND:
        if isinstance(data.get(name), str):
            return sentence(data[name])
    return ""
