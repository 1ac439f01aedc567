"""Credentials: who may come in, and how they show it."""

from hydra_lab.kernel.credentials.access import Credentials
from hydra_lab.kernel.credentials.links import ApprovalLink, ApprovalLinks
from hydra_lab.kernel.credentials.migrations import MIGRATIONS
from hydra_lab.kernel.credentials.model import SCOPES, Key, KeyKind, NewKey
from hydra_lab.kernel.credentials.tokens import chosen_admin_token

__all__ = [
    "MIGRATIONS",
    "SCOPES",
    "ApprovalLink",
    "ApprovalLinks",
    "Credentials",
    "Key",
    "KeyKind",
    "NewKey",
    "chosen_admin_token",
]
