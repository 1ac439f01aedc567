"""Asking every server of an integration whether it answers."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.integration import Probe
from hydra_lab.kernel.model_servers.places import Place


def probe_each(places: Sequence[Place], ask: Callable[[Place], Probe]) -> Probe:
    """What one server says, or how many of several answer. Raises the first's error when none does."""
    if len(places) == 1:
        return ask(places[0])

    def asked(place: Place) -> Probe | HydraError:
        try:
            return ask(place)
        except HydraError as error:
            return error

    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="models-probe") as pool:
        answers = dict(zip(places, pool.map(asked, places), strict=True))
    found = {place: answer for place, answer in answers.items() if isinstance(answer, Probe)}
    failed = [answer for answer in answers.values() if isinstance(answer, HydraError)]
    if not found:
        raise failed[0]
    silent = [place.title for place in answers if place not in found]
    versions = sorted({answer.version for answer in found.values() if answer.version})
    said = f"{len(found)} of {len(places)} servers answer" + (f"; not {', '.join(silent)}" if silent else "")
    degraded = bool(silent) or any(answer.degraded for answer in found.values())
    return Probe(detail=said, version=", ".join(versions) or None, degraded=degraded)
