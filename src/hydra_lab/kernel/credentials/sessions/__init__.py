"""Sessions: browsers that are signed in, by what way and from where, and signing them out."""

from hydra_lab.kernel.credentials.sessions.sessions import Sessions

__all__ = ["Sessions"]
