"""The machine that Hydra runs on: how it is, its graphics cards, and running a program there without a shell."""

from hydra_lab.kernel.local.nvml import cards as cards
from hydra_lab.kernel.local.reading import reading as reading
from hydra_lab.kernel.local.running import run as run
