"""Credentials: who may come in, and how they show it."""

from hydra_lab.kernel.credentials.access import Credentials
from hydra_lab.kernel.credentials.identity import Identity
from hydra_lab.kernel.credentials.links import ApprovalLink, ApprovalLinks
from hydra_lab.kernel.credentials.migrations import MIGRATIONS
from hydra_lab.kernel.credentials.model import SCOPES, By, Key, KeyKind, NewKey, Session, SignedIn, Visit
from hydra_lab.kernel.credentials.tokens import chosen_admin_token

__all__ = [
    "MIGRATIONS",
    "SCOPES",
    "ApprovalLink",
    "ApprovalLinks",
    "By",
    "Credentials",
    "Identity",
    "Key",
    "KeyKind",
    "NewKey",
    "Session",
    "SignedIn",
    "Visit",
    "chosen_admin_token",
]
