"""Keys: the API keys of people and agents, what each may do, and taking them back."""

from hydra_lab.areas.keys import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="keys", title="API keys", operations=(operations,))
