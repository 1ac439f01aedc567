"""Policy: one gate before every effect; who may do what alone, and what a person is asked."""

from hydra_lab.kernel.policy.judge import Policy
from hydra_lab.kernel.policy.migrations import MIGRATIONS
from hydra_lab.kernel.policy.model import Actor, ActorKind, Decision, Mode, ModeState, Verdict

__all__ = ["MIGRATIONS", "Actor", "ActorKind", "Decision", "Mode", "ModeState", "Policy", "Verdict"]
