"""The graphics cards of the machine that Hydra runs on, through NVIDIA's own library (NVML)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hydra_lab.kernel.capabilities.hosts import Gpu

SOURCE = "NVML"
GIB = 1 << 30


def cards(node: str, at: datetime) -> tuple[Gpu, ...] | None:
    """The cards in order of their index; ``None`` where NVML or its driver is absent, so that nothing is known."""
    if not is_installed():
        return None
    try:
        import pynvml  # type: ignore[import-untyped]

        pynvml.nvmlInit()
    except Exception:  # whatever the library says, without it nothing is known
        return None
    try:
        driver = text(told(pynvml.nvmlSystemGetDriverVersion))
        return tuple(card(pynvml, node, index, driver, at) for index in range(told(pynvml.nvmlDeviceGetCount) or 0))
    finally:
        pynvml.nvmlShutdown()


def is_installed() -> bool:
    """Whether the driver's library is there: without it its binding need not be loaded, which takes 3 MB."""
    import ctypes

    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


def card(nvml: Any, node: str, index: int, driver: str | None, at: datetime) -> Gpu:
    """One card; what it does not tell is ``None``. NVML gives milliwatts and bytes."""
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = told(nvml.nvmlDeviceGetMemoryInfo, handle)
    rates = told(nvml.nvmlDeviceGetUtilizationRates, handle)
    bounds = told(nvml.nvmlDeviceGetPowerManagementLimitConstraints, handle) or (None, None)
    return Gpu(
        node=node,
        index=index,
        uuid=text(told(nvml.nvmlDeviceGetUUID, handle)) or f"index-{index}",
        name=text(told(nvml.nvmlDeviceGetName, handle)) or "NVIDIA",
        utilisation_percent=None if rates is None else float(rates.gpu),
        memory_used_gib=None if memory is None else memory.used / GIB,
        memory_total_gib=None if memory is None else memory.total / GIB,
        temperature_c=told(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
        power_w=watts(told(nvml.nvmlDeviceGetPowerUsage, handle)),
        power_limit_w=watts(told(nvml.nvmlDeviceGetPowerManagementLimit, handle)),
        power_default_w=watts(told(nvml.nvmlDeviceGetPowerManagementDefaultLimit, handle)),
        power_min_w=watts(bounds[0]),
        power_max_w=watts(bounds[1]),
        driver=driver,
        at=at,
        source=SOURCE,
    )


def told(ask: Callable[..., Any], *arguments: Any) -> Any:
    """What the library tells; ``None`` where this card or driver does not (its errors have no common name to us)."""
    try:
        return ask(*arguments)
    except Exception:
        return None


def watts(milliwatts: float | None) -> float | None:
    """Milliwatts as watts."""
    return None if milliwatts is None else milliwatts / 1000


def text(value: str | bytes | None) -> str | None:
    """A text; older libraries give bytes."""
    return value.decode() if isinstance(value, bytes) else value
