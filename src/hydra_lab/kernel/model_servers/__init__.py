"""What integrations of model servers share: where the servers are, as their owner writes it, and how to call them."""

from hydra_lab.kernel.model_servers.calling import Calls
from hydra_lab.kernel.model_servers.places import ModelServersSettings, Place
from hydra_lab.kernel.model_servers.probing import probe_each
from hydra_lab.kernel.model_servers.served import AS_SET, Served

__all__ = ["AS_SET", "Calls", "ModelServersSettings", "Place", "Served", "probe_each"]
