"""Work: items, holds, order, and the release of what may run."""

from hydra_lab.kernel.work.model import Hold, HoldKind, Item, NewHold, NewItem, Priority, State
from hydra_lab.kernel.work.nodes.node import Node
from hydra_lab.kernel.work.queue import Work
from hydra_lab.kernel.work.revising import Revision

__all__ = ["Hold", "HoldKind", "Item", "NewHold", "NewItem", "Node", "Priority", "Revision", "State", "Work"]
