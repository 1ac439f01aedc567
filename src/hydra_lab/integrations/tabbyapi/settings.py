"""What must be known to reach TabbyAPI."""

from pydantic import Field, SecretStr

from hydra_lab.kernel.integration import WEB_ADDRESS
from hydra_lab.kernel.model_servers import ModelServersSettings


class TabbyapiSettings(ModelServersSettings):
    """One TabbyAPI, or several by name."""

    url: str | None = Field(
        title="Address", pattern=WEB_ADDRESS, description="Where it answers, e.g. http://gpu-1.lab:5000."
    )
    key: SecretStr | None = Field(
        default=None,
        title="Admin key",
        description="admin_key of its api_tokens.yml; the other one may not load models.",
    )
