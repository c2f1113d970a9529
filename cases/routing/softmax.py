"""Softmax regression on sparse rows, in plain numpy: the arithmetic under `learn`."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
MEMORY = 8  # steps that L-BFGS remembers
SHORTEST_STEP = 1e-6


class Rows:
    """A sparse table: for each row the columns that are not zero, with their values."""

    def __init__(self, rows: Sequence[Mapping[int, float]], columns: int) -> None:
        self.shape = len(rows), columns
        self._at = np.fromiter((c for row in rows for c in row), np.int64)
        self._value = np.fromiter((v for row in rows for v in row.values()), np.float32)
        row_of = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        by_column = np.argsort(self._at, kind="stable")
        self._by_row = _Groups(row_of)
        self._by_column = _Groups(self._at[by_column])
        self._row_of, self._value_of = row_of[by_column], self._value[by_column]

    def times(self, weights: Table) -> Table:
        """Return the product with `weights` (columns x outputs): rows x outputs."""
        return self._by_row.sums(weights[self._at] * self._value[:, None], self.shape[0])

    def transposed_times(self, values: Table) -> Table:
        """Return the transposed table's product with `values` (rows x outputs)."""
        parts = values[self._row_of] * self._value_of[:, None]
        return self._by_column.sums(parts, self.shape[1])


class _Groups:
    """Neighbours that belong to one row (or column), to be added up; some may have none."""

    def __init__(self, owners: NDArray[np.int64]) -> None:
        self._owners, self._starts = np.unique(owners, return_index=True)

    def sums(self, parts: Table, count: int) -> Table:
        total = np.zeros((count, parts.shape[1]), np.float32)
        if len(self._starts):
            total[self._owners] = np.add.reduceat(parts, self._starts, axis=0)
        return total


def regression(
    rows: Rows,
    targets: Table,
    row_weights: Table,
    *,
    penalty: float,
    start: Table | None = None,
    free: NDArray[np.bool_] | None = None,
    steps: int,
) -> Table:
    """Return weights (columns x outputs) that make the rows' targets likely.

    `targets` (rows x outputs) are shares that add up to 1, `row_weights` say how much each row
    counts. `penalty` holds the squares of the weights' way from `start` (default 0) small.
    Only the `free` weights move (default all). Deterministic; stops after `steps` steps of L-BFGS.
    """
    zeros = np.zeros((rows.shape[1], targets.shape[1]), np.float32)
    centre = zeros if start is None else start.astype(np.float32)

    def loss(weights: Table) -> tuple[float, Table]:
        scores = rows.times(weights)
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        total = shares.sum(axis=1, keepdims=True)
        likely = (targets * (scores - np.log(total))).sum(axis=1, keepdims=True)
        away = weights - centre
        value = -float((row_weights * likely).sum(dtype=np.float64))
        value += 0.5 * penalty * float(np.vdot(away, away))
        slope = rows.transposed_times((shares / total - targets) * row_weights)
        slope += np.float32(penalty) * away
        return value, slope if free is None else slope * free

    return _minimise(loss, centre.copy(), steps)


def _minimise(loss: Callable[[Table], tuple[float, Table]], at: Table, steps: int) -> Table:
    """L-BFGS with a step that is halved until it helps."""
    value, slope = loss(at)
    past: list[tuple[Table, Table, float]] = []
    for _step in range(steps):
        direction = _direction(slope, past)
        gain = float(np.vdot(slope, direction))
        length = 1.0 if past else 1.0 / max(1.0, float(np.abs(slope).max()))
        while length > SHORTEST_STEP:
            new_value, new_slope = loss(at + np.float32(length) * direction)
            if new_value <= value + 1e-4 * length * gain:
                break
            length /= 2
        else:
            return at
        moved, turned = np.float32(length) * direction, new_slope - slope
        at, value, slope = at + moved, new_value, new_slope
        bend = float(np.vdot(moved, turned))
        if bend > 0:
            past = [*past[1 - MEMORY :], (moved, turned, bend)]
    return at


def _direction(slope: Table, past: list[tuple[Table, Table, float]]) -> Table:
    """The way down, as the remembered steps bend it (Nocedal and Wright, algorithm 7.4)."""
    way, shares = -slope, []
    for moved, turned, bend in reversed(past):
        share = np.float32(np.vdot(moved, way) / bend)
        shares.append(share)
        way = way - share * turned
    if past:
        moved, turned, bend = past[-1]
        way = way * np.float32(bend / float(np.vdot(turned, turned)))
    for (moved, turned, bend), share in zip(past, reversed(shares), strict=True):
        way = way + (share - np.float32(np.vdot(turned, way) / bend)) * moved
    return way
