"""Benchmarks: measurements that are repeated over months, kept with the conditions they were made under, and compared.

What is measured are suites (`BenchmarkSuite`), which any room contributes. Every sample is kept. A run is called worse
by a test beside earlier runs of the same conditions and after a second look, and journaled as `benchmarks.regressed`.
"""

from pathlib import Path

from hydra_lab.areas.benchmarks import operations
from hydra_lab.areas.benchmarks.feeds import CONTRIBUTIONS
from hydra_lab.areas.benchmarks.judges import operations as judges
from hydra_lab.areas.benchmarks.migrations import MIGRATIONS
from hydra_lab.areas.benchmarks.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="benchmarks",
    title="Benchmarks",
    operations=(judges, operations),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
