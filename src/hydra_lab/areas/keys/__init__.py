"""Keys: the API keys of people and agents, what each may do, and taking them back."""

from pathlib import Path

from hydra_lab.areas.keys import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="keys",
    title="API keys",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
