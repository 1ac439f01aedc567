"""Which power limit a card is to have: pure rules. Limits are only ever lowered, and put back."""

from dataclasses import dataclass

from hydra_lab.areas.presence.model import Profile
from hydra_lab.kernel.capabilities import Gpu

SAME_W = 1.0  # drivers round


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is known of a card whose limit Hydra lowered: what it was before, and what Hydra set last."""

    before_w: float | None = None
    set_w: float | None = None
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a card's limit is to be, and why. ``wanted_w`` is ``None`` where it must be left alone."""

    card: Gpu
    before_w: float | None
    wanted_w: float | None
    why: str

    @property
    def changes(self) -> bool:
        """Whether anything has to be set."""
        return self.wanted_w is not None and not same(self.wanted_w, self.card.power_limit_w)

    @property
    def puts_back(self) -> bool:
        """Whether the card is as it was before."""
        return same(self.wanted_w, self.before_w)


def same(one: float | None, other: float | None) -> bool:
    """Whether two limits are the same, as far as a driver tells them apart."""
    return one is not None and other is not None and abs(one - other) <= SAME_W


def wish(card: Gpu, kept: Kept | None, profile: Profile) -> Wish:
    """The limit a card is to have in a state: at most the profile's, at most what it was, within its own bounds."""
    now, least, most = card.power_limit_w, card.power_min_w, card.power_max_w
    before = before_of(card, kept)
    if now is None or before is None:
        return Wish(card=card, before_w=before, wanted_w=None, why="its limit is not known")
    asked = profile.cards.get(card.uuid, profile.cards.get(f"{card.node}/{card.index}", profile.watts))
    if asked is None or asked >= before:
        why = "as it was before" if asked is None else f"it may draw no more than {before:g} W anyway"
        return Wish(card=card, before_w=before, wanted_w=before, why=why)
    if least is None or most is None:
        return Wish(card=card, before_w=before, wanted_w=None, why="it does not tell its own bounds")
    wanted = min(max(asked, least), most)
    why = "as the plan says"
    if wanted != asked:
        why = f"{asked:g} W is outside of its own bounds, {least:g} to {most:g} W"
    return Wish(card=card, before_w=before, wanted_w=min(wanted, before), why=why)


def before_of(card: Gpu, kept: Kept | None) -> float | None:
    """What a card's limit was before Hydra; one that somebody else has set meanwhile counts as that."""
    if kept is None or kept.before_w is None:
        return card.power_limit_w
    untouched = same(card.power_limit_w, kept.set_w) or same(card.power_limit_w, kept.before_w)
    return kept.before_w if untouched else card.power_limit_w
