"""What must be known to reach Alertmanager."""

from pydantic import Field

from hydra_lab.kernel.integration import WEB_ADDRESS, GuardedAddress


class AlertmanagerSettings(GuardedAddress):
    """Its address, and what it or a proxy before it asks for."""

    url: str = Field(
        title="Address", pattern=WEB_ADDRESS, description="Where it answers, e.g. http://alertmanager.lab:9093."
    )
