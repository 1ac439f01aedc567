"""Calling outside systems over HTTP, with every failure turned into one of our errors: sync, and async for streams."""

from hydra_lab.kernel.http.client import HttpClient, checked, read_as, retry_after_s
from hydra_lab.kernel.http.errors import UNBELIEVED, translated
from hydra_lab.kernel.http.sending import Sender, Sent
from hydra_lab.kernel.http.trust import trusted

__all__ = ["UNBELIEVED", "HttpClient", "Sender", "Sent", "checked", "read_as", "retry_after_s", "translated", "trusted"]
