"""The ways in: HTTP (API, pages, MCP) and the command line."""
