"""What the benchmarks bring: the suites that come with Hydra."""

from hydra_lab.areas.benchmarks.suites import queue
from hydra_lab.kernel.contributions import Contribution

CONTRIBUTIONS: tuple[Contribution, ...] = (queue.SUITE,)
