"""What a run with given fetches and feeds has to do."""

from __future__ import annotations

from functools import cached_property

from gradnb.engine.interpreter import needed
from gradnb.engine.tensor import Operation, Tensor


class Program:
    """What a run with given fetches and feeds has to do."""

    def __init__(self, elements: tuple[Tensor | Operation, ...], feeds: tuple[Tensor, ...]) -> None:
        self.elements = elements
        self.feeds = feeds
        self.operations = needed(elements, feeds)
        self.key = "|".join(",".join(part.name for part in parts) for parts in (elements, feeds))

    @cached_property
    def evaluated(self) -> frozenset[Operation]:
        """The operations that it runs."""
        return frozenset(self.operations)

    def forget_plans(self) -> None:
        """Give back the memory that runs keep for the next ones."""
