"""What the benchmarks bring: the suites that come with Hydra."""

from hydra_lab.areas.benchmarks.suites import latency, quality, queue
from hydra_lab.kernel.contributions import Contribution

CONTRIBUTIONS: tuple[Contribution, ...] = (latency.SUITE, quality.SUITE, queue.SUITE)
