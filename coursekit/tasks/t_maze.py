"""The T-maze: a sign at the start tells which way to turn at the end of a corridor.

    start  =  =  =  =  = junction        north arm
                         |
                         south arm

The agent sees three bits and no place. At the start 0 1 1 means that the goal is in the north arm,
1 1 0 that it is in the south arm; in the corridor it sees 1 0 1, at the junction 0 1 0. Four
actions: north, east, south, west. At the junction a turn ends the episode: +4 in the arm with the
goal, -0.1 in the other. An action that runs into a wall leaves the agent where it is and costs 0.1.
Moves along the corridor cost nothing.

Published codes disagree on small things. Here: the codes of corridor and junction as most have
them (one swaps them); the reward of the wrong arm -0.1; an episode is cut off after ``patience``
steps, which the paper does not need, for its agents learn on.

Source: Bakker 2002, Reinforcement learning with long short-term memory, section 4.1.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import generator, whole_number

Array = NDArray[np.float64]
NORTH, EAST, SOUTH, WEST = range(4)
ACTIONS = ("north", "east", "south", "west")
SIGNS = {NORTH: (0.0, 1.0, 1.0), SOUTH: (1.0, 1.0, 0.0)}
CORRIDOR, JUNCTION = (1.0, 0.0, 1.0), (0.0, 1.0, 0.0)
GOAL_REWARD, WRONG_REWARD, WALL_REWARD = 4.0, -0.1, -0.1


class Box(NamedTuple):
    """The space of observations, in the words of gymnasium."""

    low: float
    high: float
    shape: tuple[int, ...]


class Discrete(NamedTuple):
    """The space of actions, in the words of gymnasium."""

    n: int


class TMaze:
    """One T-maze, in the shape of gymnasium's Env; it needs nothing but NumPy.

    Args:
        length: N, cells from the start to the junction: N moves east lead there.
        patience: steps after which an episode is cut off; 4 N + 10 without it.

    Raises:
        ValueError: a length below 1.

    >>> maze = TMaze(length=2)
    >>> observation, _ = maze.reset(seed=0)
    >>> maze.step(EAST)[0], maze.step(EAST)[0]
    (array([1., 0., 1.]), array([0., 1., 0.]))
    """

    inputs = 3
    outputs = 4
    observation_space = Box(0.0, 1.0, (3,))
    action_space = Discrete(4)

    def __init__(self, length: int = 10, patience: int | None = None) -> None:
        self.length = whole_number("length", length, least=1)
        default = 4 * self.length + 10
        self.patience = default if patience is None else whole_number("patience", patience, least=1)
        self._rng: np.random.Generator | None = None
        self._place, self._steps, self._goal, self._running = 0, 0, NORTH, False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Array, dict[str, Any]]:
        """Start an episode.

        Args:
            seed: of the generator that draws the goal's side from here on.
            options: ``{"goal": NORTH}`` or SOUTH puts the goal there.

        Returns:
            What the agent sees, (3,), and an info that it must not see: where the goal is.

        Raises:
            ValueError: a goal that is neither north nor south.
        """
        if seed is not None or self._rng is None:
            self._rng = np.random.default_rng(seed)
        drawn = (NORTH, SOUTH)[int(self._rng.integers(2))]
        self._goal = (options or {}).get("goal", drawn)
        if self._goal not in SIGNS:
            raise ValueError(f"goal is {self._goal!r}; pass NORTH ({NORTH}) or SOUTH ({SOUTH})")
        self._place, self._steps, self._running = 0, 0, True
        return np.array(SIGNS[self._goal]), {"goal": self._goal}

    def step(self, action: int) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Act once.

        Returns:
            What the agent sees, its reward, whether an arm was reached, whether patience ran out,
            and an info: ``{"success": ...}`` at the end of an episode.

        Raises:
            ValueError: no such action.
            RuntimeError: there is no episode: reset first.
        """
        if not self._running:
            raise RuntimeError("the episode is over; call reset() before the next step")
        if isinstance(action, bool) or action not in range(4):
            raise ValueError(f"action is {action!r}; pass 0 to 3: {', '.join(ACTIONS)}")
        self._steps += 1
        at_junction = self._place == self.length
        if at_junction and action in SIGNS:
            self._running = False
            success = bool(action == self._goal)
            reward = GOAL_REWARD if success else WRONG_REWARD
            return np.zeros(3), reward, True, False, {"success": success}
        move = {EAST: 1, WEST: -1}.get(action, 0)
        place = self._place + move
        wall = move == 0 or not 0 <= place <= self.length
        self._place = self._place if wall else place
        truncated = self._steps >= self.patience
        self._running = not truncated
        info = {"success": False} if truncated else {}
        return self._seen(), WALL_REWARD if wall else 0.0, False, truncated, info

    def _seen(self) -> Array:
        """At the start the sign stands, whenever the agent comes back to it."""
        if self._place == 0:
            return np.array(SIGNS[self._goal])
        return np.array(JUNCTION if self._place == self.length else CORRIDOR)

    def render(self) -> str:
        """The maze as three lines of text; A is the agent, G the goal."""
        corridor = ["."] * (self.length + 1)
        corridor[self._place] = "A"
        indent = " " * self.length
        north, south = ("G", "x") if self._goal == NORTH else ("x", "G")
        return f"{indent}{north}\n{''.join(corridor)}\n{indent}{south}"


@dataclass
class Mazes:
    """Many T-mazes walked side by side; each behaves as a TMaze does.

    Args:
        length, patience: as for TMaze.
        goals: (batch,), NORTH or SOUTH.
    """

    length: int
    goals: NDArray[np.int64]
    patience: int

    def __post_init__(self) -> None:
        self.places = np.zeros(len(self.goals), dtype=np.int64)
        self.running = np.ones(len(self.goals), dtype=bool)
        self.success = np.zeros(len(self.goals), dtype=bool)
        self.steps = 0

    def seen(self) -> Array:
        """What each agent sees, (batch, 3); zeros where the episode is over."""
        signs = np.where((self.goals == NORTH)[:, None], SIGNS[NORTH], SIGNS[SOUTH])
        middle = np.where((self.places == self.length)[:, None], JUNCTION, CORRIDOR)
        return np.where((self.places == 0)[:, None], signs, middle) * self.running[:, None]

    def step(self, actions: NDArray[np.int64]) -> Array:
        """Act once in every maze whose episode runs; the rewards, (batch,)."""
        self.steps += 1
        turn = (actions == NORTH) | (actions == SOUTH)
        ends = self.running & (self.places == self.length) & turn
        right = ends & (actions == self.goals)
        move = (actions == EAST).astype(np.int64) - (actions == WEST)
        place = self.places + move
        wall = self.running & ~ends & ((move == 0) | (place < 0) | (place > self.length))
        walks = self.running & ~ends & ~wall
        self.places = np.where(walks, place, self.places)
        rewards = GOAL_REWARD * right + WRONG_REWARD * (ends & ~right) + WALL_REWARD * wall
        self.success |= right
        self.running = self.running & ~ends & (self.steps < self.patience)
        return rewards


def draw_mazes(
    rng: np.random.Generator, count: int, length: int, patience: int | None = None
) -> Mazes:
    """Mazes of one length, the goal on either side with equal odds."""
    generator(rng)
    maze = TMaze(length, patience)
    goals = np.where(rng.integers(2, size=whole_number("count", count, least=1)) == 0, NORTH, SOUTH)
    return Mazes(maze.length, goals, maze.patience)


#: Without memory the junction looks the same in both mazes: a policy that turns north with odds p
#: is right with odds p / 2 + (1 - p) / 2, whatever p is.
memory_free_score = 0.5
