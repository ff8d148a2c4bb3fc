"""Where labels beside marks cover no mark and no other label, on a phone as on a wide screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LETTER_PIXELS, LINE_PIXELS, MARK_PIXELS = 8, 14, 14
"""About what a letter, a line of text and a mark take."""
GAP_PIXELS = 2
FAR = (1.8, 2.6, 3.4)
"""How much farther out a label may stand, with a thin line that leads back to its mark."""
LINE_WEIGHT, CROSSED_WEIGHT, OUTSIDE_WEIGHT, DISTANCE_WEIGHT = 20.0, 100.0, 100.0, 0.5
"""A line that leads through another mark leads to the wrong one.

A label through which a line runs, or one farther out, can be read, if badly; one on another mark cannot."""

ROUNDS = 3

Boxes = NDArray[np.float64]  # rows of middle across, middle up, half width, half height, in pixels


@dataclass(frozen=True)
class Spot:
    """A mark to be labelled, in parts of the plot from the left and from the bottom."""

    label: str
    across: float
    up: float


@dataclass(frozen=True)
class Place:
    """The middle of a label, in pixels to the right of and above its mark, and whether a line leads to it."""

    right: float
    above: float
    far: bool


def label_places(
    spots: Sequence[Spot],
    widths: Sequence[float],
    height: float,
    lines_at: Callable[[float], Sequence[float]],
) -> list[Place]:
    """A place for each label, the best for all these widths of the plot together.

    `lines_at` has the heights of the lines at a part of the width, in parts of the height.
    """
    marks = [_boxes([(spot.across * width, spot.up * height) for spot in spots]) for width in widths]
    chosen: dict[int, Place] = {}

    def half(number: int) -> float:
        return LETTER_PIXELS * len(spots[number].label) / 2

    def place(number: int) -> Place:
        taken = [
            np.vstack(
                [
                    np.delete(of_width, number, axis=0),
                    *(_box(spots[n], at, half(n), width, height) for n, at in chosen.items() if n != number),
                ]
            )
            for of_width, width in zip(marks, widths, strict=True)
        ]

        def cost(option: Place) -> float:
            found = DISTANCE_WEIGHT * (abs(option.right) + abs(option.above)) * option.far
            for width, boxes in zip(widths, taken, strict=True):
                box = _box(spots[number], option, half(number), width, height)
                found += _covered(box, boxes)
                found += CROSSED_WEIGHT * (option.far and _crossed(box, option, boxes))
                found += OUTSIDE_WEIGHT * _outside(box, width, height)
                lines = np.asarray(lines_at(box[0] / width)) * height
                found += LINE_WEIGHT * float(np.sum(np.abs(lines - box[1]) < box[3]))
            return found

        options = [(option, cost(option)) for option in _near(half(number))]
        if all(found > 0 for _, found in options):
            options += [(option, cost(option)) for option in _far(half(number))]
        return min(options, key=lambda found: found[1])[0]

    # The outermost first: they have room outside, and leave that inside to the others. Then each once more.
    middle = float(np.median([spot.up for spot in spots])) if spots else 0.0
    order = sorted(range(len(spots)), key=lambda number: -abs(spots[number].up - middle))
    for _ in range(ROUNDS):
        before = dict(chosen)
        for number in order:
            chosen[number] = place(number)
        if chosen == before:
            break
    return [chosen[number] for number in range(len(spots))]


def _near(half: float, times: float = 1.0) -> list[Place]:
    """Over, under and beside the mark."""
    beside, over = half + MARK_PIXELS / 2 + GAP_PIXELS, (LINE_PIXELS + MARK_PIXELS) / 2 + 1
    sides = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)]
    return [Place(right * beside * times, above * over * times, far=times > 1) for right, above in sides]


def _far(half: float) -> list[Place]:
    return [place for times in FAR for place in _near(half, times)]


def _boxes(middles: Sequence[tuple[float, float]]) -> Boxes:
    return np.array([(x, y, MARK_PIXELS / 2, MARK_PIXELS / 2) for x, y in middles]).reshape(-1, 4)


def _box(spot: Spot, place: Place, half: float, width: float, height: float) -> NDArray[np.float64]:
    return np.array(
        [spot.across * width + place.right, spot.up * height + place.above, half, LINE_PIXELS / 2]
    )


def _covered(box: NDArray[np.float64], boxes: Boxes) -> float:
    """The area that a box shares with others."""
    wide, high = (box[2:] + boxes[:, 2:] - np.abs(box[:2] - boxes[:, :2])).T
    return float(np.sum(np.clip(wide, 0, None) * np.clip(high, 0, None)))


def _crossed(box: NDArray[np.float64], place: Place, boxes: Boxes) -> int:
    """How many marks and labels the line from a mark to its label runs through."""
    way = np.linspace(0, 1, 12)[:, None] * np.array([place.right, place.above])
    points = box[:2] - way
    apart = np.abs(points[:, None, :] - boxes[None, :, :2])
    return int(np.sum(np.any(np.all(apart < boxes[:, 2:], axis=2), axis=0)))


def _outside(box: NDArray[np.float64], width: float, height: float) -> bool:
    return bool(box[0] < box[2] or box[0] + box[2] > width or box[1] < box[3] or box[1] + box[3] > height)
