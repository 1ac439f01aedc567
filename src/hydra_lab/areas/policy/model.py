"""What to know about rules before they are in force: those that fit nothing, come too late or meet a floor."""

import hashlib
from collections.abc import Iterable, Sequence

from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy import Verdict
from hydra_lab.kernel.policy.rules import Rule


def fingerprint(text: str) -> str:
    """A short name of a text; another text has another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def remarks(rules: Sequence[Rule], verbs: Iterable[Operation]) -> list[str]:
    """What is odd about rules that can be read, a sentence each."""
    known, found = list(verbs), []
    for number, rule in enumerate(rules):
        fitting = [verb for verb in known if rule.operations is None or rule.operations.fit(verb.name)]
        before = next((one for one in rules[:number] if fits_everything(one)), None)
        if before:
            found.append(f"{rule.name} is never reached: {before.name} fits every call.")
        elif not fitting and rule.operations:
            found.append(f"{rule.name} fits nothing: there is no operation {' or '.join(rule.operations.written)}.")
        elif rule.verdict is Verdict.ALLOW:
            named = rule.operations is not None and "*" not in rule.operations.written
            guarded = [verb for verb in fitting if verb.floor is not None and named]
            found += [
                f"{rule.name} allows {verb.name}, but it {verb.floor}: the floor asks anyway." for verb in guarded
            ]
    return found


def fits_everything(rule: Rule) -> bool:
    """Whether no call comes past a rule."""
    parts = (rule.operations, rule.targets, rule.effects, rule.actors, rule.modes, rule.hours)
    return all(part is None for part in parts)
