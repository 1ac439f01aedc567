"""n8n: its workflows and how their runs end, making them robust, and repeating what failed."""

from hydra_lab.integrations.n8n.capabilities import N8nWorkflows
from hydra_lab.integrations.n8n.client import N8nClient
from hydra_lab.integrations.n8n.settings import N8nSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: N8nSettings, http: HttpClient) -> Probe:
    """List a workflow with the key, and ask for the version."""
    client = N8nClient(settings, http)
    client.first_workflow()
    return Probe(detail="it answers, and takes the key", version=client.version())


INTEGRATION = Integration(
    name="n8n",
    title="n8n",
    what="Shows how robust workflows are, makes them more so, and repeats runs that failed.",
    settings=N8nSettings,
    probe=probe,
    secret_name="an API key of n8n",
    how_to="In n8n: Settings, n8n API, Create an API key.",
    reference="https://docs.n8n.io/api/",
    versions=("2.8",),
    provides={"workflow_host": N8nWorkflows},
)
