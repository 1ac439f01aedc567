"""Diagnostics: everything a bug report needs in one file, with secrets removed."""

from hydra_lab.areas.diagnostics import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="diagnostics", title="Diagnostics", operations=(operations,))
