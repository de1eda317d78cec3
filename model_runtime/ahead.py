"""Looking ahead in one unit's answer: all options of a choice in one pass, with what follows up to the next question.

Knows trees of tokens and which part of them came true. Knows no grammar: the walk asks as ever, and is told from what
was read already where that is what it goes on with. A pass of a large model reads all weights, be it for one token or
for a hundred; so what may be asked next is read along. What is told is what a pass for each question would tell.
"""

from collections.abc import Sequence

from torch import Tensor

from model_runtime.fast_engine import TREES, FastEngine, Rows
from model_runtime.verdict import StopCheck

MOST = TREES[-1]
"""Tokens of a tree; options for which there is no room are left out."""


class Tree:
    """Tokens by what they follow."""

    def __init__(self, ids: Sequence[int], ahead: Sequence[Sequence[int]]) -> None:
        """`ids` are fed for certain, each path of `ahead` may come after them."""
        self.tokens: list[int] = []
        self.parents: list[int] = []
        self._numbers: dict[tuple[int, int], int] = {}
        root = self._add(-1, ids)
        for path in ahead:
            if len(self.tokens) + len(path) <= MOST:
                self._add(root, path)

    def after(self, number: int, token: int) -> int | None:
        """The number of this token where it follows that one; -1 stands for what was before the tree."""
        return self._numbers.get((number, token))

    def _add(self, number: int, path: Sequence[int]) -> int:
        for token in path:
            known = self._numbers.get((number, token))
            if known is None:
                known = self._numbers[number, token] = len(self.tokens)
                self.tokens.append(token)
                self.parents.append(number)
            number = known
        return number


class Ahead:
    """One unit's state, fed by questions."""

    def __init__(self, engine: FastEngine, memory: Rows, stop: StopCheck | None = None) -> None:
        """`memory`: the unit's only row, its prompt read."""
        self.engine, self.memory, self.stop = engine, memory, stop
        self.passes = 0
        self._tree: Tree | None = None
        self._states: Tensor | None = None
        self._path: list[int] = []
        self._likeliest: tuple[Tensor, list[tuple[int, bool]]] | None = None

    def state(self, ids: Sequence[int], ahead: Sequence[Sequence[int]]) -> Tensor:
        """The state (1, hidden) after `ids`, which are fed unless they were read ahead; `ahead` is what may come then.

        Raises `Stopped`, and ValueError where there is no more room.
        """
        rest = self._known(ids)
        if rest or self._states is None:
            self._settle()
            self._feed(rest, ahead)
        assert self._states is not None
        return self._states[self._at : self._at + 1]

    def likeliest(self, mask: Tensor) -> tuple[int, bool]:
        """`FastEngine.likeliest` where it stands; found for the whole tree at once."""
        assert self._states is not None
        if self._likeliest is None or self._likeliest[0] is not mask:
            self._likeliest = mask, self.engine.likeliest(self._states, [mask] * len(self._states))
        return self._likeliest[1][self._at]

    @property
    def _at(self) -> int:
        return self._path[-1] if self._tree is not None else 0

    def _known(self, ids: Sequence[int]) -> Sequence[int]:
        """Goes down the tree; what of `ids` is not in it."""
        if self._tree is None:
            return ids
        for at, token in enumerate(ids):
            number = self._tree.after(self._path[-1] if self._path else -1, token)
            if number is None:
                return ids[at:]
            self._path.append(number)
        return ()

    def _settle(self) -> None:
        """Of the tree what was said stays."""
        if self._tree is not None:
            self.engine.take(self._path, self.memory)
        self._tree, self._states, self._path, self._likeliest = None, None, [], None

    def _feed(self, ids: Sequence[int], ahead: Sequence[Sequence[int]]) -> None:
        self.passes += 1
        tree = Tree(ids, ahead)
        end = self.memory.lengths[0] + self.engine.tree_room(len(tree.tokens))
        if len(tree.tokens) == len(ids) or end > min(self.memory.capacity, self.engine.limit):
            self._states = self.engine.step_rows([ids], self.memory, self.stop)
            return
        self._states = self.engine.step_tree(tree.tokens, tree.parents, self.memory, self.stop)
        self._tree = tree
        self._known(ids)
