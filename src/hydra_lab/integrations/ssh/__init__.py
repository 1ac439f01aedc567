"""SSH: the lab's machines, through their own SSH servers; and the one that Hydra runs on, without."""

from concurrent.futures import ThreadPoolExecutor

from hydra_lab.integrations.ssh.capabilities import SshGpus, SshMeter, SshShell
from hydra_lab.integrations.ssh.client import SshClient
from hydra_lab.integrations.ssh.settings import SshSettings
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: SshSettings, http: HttpClient) -> Probe:
    """Sign in to every node; it fails when none lets Hydra in."""
    client = SshClient(settings, http.timeout_s)

    def failure(node: str) -> HydraError | None:
        try:
            client.check(node)
        except HydraError as error:
            return error
        return None

    nodes = sorted(settings.nodes)
    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="ssh-probe") as pool:
        failed = {node: error for node, error in zip(nodes, pool.map(failure, nodes), strict=True) if error}
    if len(failed) == len(nodes):
        raise next(iter(failed.values()))
    silent = f"; not {', '.join(failed)}" if failed else ""
    said = f"{len(nodes) - len(failed)} of {len(nodes)} nodes let Hydra in" if len(nodes) > 1 else "it lets Hydra in"
    return Probe(detail=said + silent, degraded=bool(failed))


INTEGRATION = Integration(
    name="ssh",
    title="SSH",
    what="Measures the lab's machines and their graphics cards, and runs programs there.",
    settings=SshSettings,
    probe=probe,
    secret_name="a node",
    how_to="Add the machines under Nodes; here is the key for those that name none of their own.",
    reference="https://www.openssh.com/manual.html",
    versions=("OpenSSH 9.2",),
    provides={"host_shell": SshShell, "host_meter": SshMeter, "gpu_host": SshGpus},
    nodes=True,
)
