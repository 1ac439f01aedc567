"""Channels: where messages can go. Each notifier is one, and of one that sends to several places each place is."""

from dataclasses import dataclass

from hydra_lab.kernel.capabilities import ManyPlaces, Notifier
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotConfigured, NotFound
from hydra_lab.kernel.integration import Integration

NEED = "notifier"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One place that messages go to: ``discord``, or ``apprise/phone``."""

    name: str
    title: str
    integration: str
    notifier: Notifier


def available(ctx: Context) -> list[Channel]:
    """Every channel that is configured now."""
    found = []
    for one in ctx.services.integrations.configured(NEED):
        found += channels_of(ctx, one)
    return sorted(found, key=lambda channel: channel.name)


def channels_of(ctx: Context, one: Integration) -> list[Channel]:
    """The channels of a configured integration."""
    built: Notifier = one.provides[NEED](ctx.services.integrations.settings_of(one.name), ctx.services.http)
    if not isinstance(built, ManyPlaces):
        return [Channel(name=one.name, title=one.title, integration=one.name, notifier=built)]
    return [
        Channel(
            name=f"{one.name}/{place}", title=f"{one.title}: {place}", integration=one.name, notifier=built.at(place)
        )
        for place in built.places()
    ]


def named(found: list[Channel], names: tuple[str, ...]) -> list[Channel]:
    """The channels that a rule names: ``apprise`` means each of its places; all of them where it names none."""
    return [one for one in found if not names or one.name in names or one.integration in names]


def channel(ctx: Context, name: str) -> Channel:
    """A channel by its name. Raises ``NotConfigured`` while its integration is not, ``NotFound`` for an unknown one."""
    integration = name.partition("/")[0]
    manifest = ctx.services.registry.integrations.get(integration)
    if manifest is None or NEED not in manifest.provides:
        there = ", ".join(one.name for one in available(ctx)) or "none yet"
        raise NotFound(f"There is no channel “{name}”.", fix=f"There are: {there}.")
    ctx.services.integrations.require([integration])
    for one in channels_of(ctx, manifest):
        if name in (one.name, one.integration):
            return one
    raise NotConfigured(
        f"{manifest.title} has no place “{name.partition('/')[2]}”.", requirement=integration,
        fix=f"Add it under /ui/integrations/{integration}.",
    )  # fmt: skip
