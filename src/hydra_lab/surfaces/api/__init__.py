"""REST: a path for every operation, its OpenAPI document, and the pages that show it."""

from hydra_lab.surfaces.api.reference import document_paths
from hydra_lab.surfaces.api.routes import operation_paths

__all__ = ["document_paths", "operation_paths"]
