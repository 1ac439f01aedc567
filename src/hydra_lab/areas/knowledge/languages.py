"""Languages of code blocks: those a highlighter knows, and a few that are drawings or plain text."""

import importlib
from functools import lru_cache

OTHERS = {
    "mermaid", "plantuml", "puml", "dot", "graphviz", "text", "txt", "plain", "plaintext", "none", "output", "log",
    "console", "dotenv", "env", "http", "curl", "csv", "tsv", "promql", "logql", "traefik", "caddyfile", "caddy",
    "hosts", "ssh-config", "sshconfig", "gitignore", "ignore", "dockerignore", "math", "latex", "ascii", "asciidoc",
    "markdown", "md", "mdx", "jsonc", "json5", "ndjson", "jsonl", "systemd", "service", "unit", "hcl", "tf", "bat",
    "cmd", "renpy", "gguf", "modelfile", "devicetree", "vbnet", "wgsl", "svelte", "astro", "vue", "d2",
}  # fmt: skip


@lru_cache(maxsize=1)
def aliases() -> frozenset[str]:
    """Every name of every language Pygments highlights."""
    lexers = importlib.import_module("pygments.lexers").get_all_lexers(plugins=False)
    return frozenset(alias.lower() for _, names, _, _ in lexers for alias in names)


def known(language: str) -> bool:
    """Whether a code block's language is one."""
    name = language.lower().strip("{}.")
    return name in OTHERS or name in aliases()
