"""MCP: chosen operations as tools for agents, and a search that finds and calls all the others.

The protocol's own library is large, so nothing of it is imported before the first request.
"""

from hydra_lab.surfaces.mcp.endpoint import Mcp

__all__ = ["Mcp"]
