"""Ten people as a drawing: some filled, the others in outline, so that colour is not needed to count them."""

from __future__ import annotations

TEN = 10
STEP, HEIGHT = 44, 64


def ten_runners(filled: int, colour: str) -> str:
    """An SVG of ten people, the first `filled` of them filled, as on the patient sheet."""
    people = "".join(_person(place * STEP + STEP / 2, place < filled, colour) for place in range(TEN))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {TEN * STEP} {HEIGHT}" '
        f'width="{TEN * STEP}" height="{HEIGHT}">{people}</svg>'
    )


def _person(middle: float, filled: bool, colour: str) -> str:
    look = f'fill="{colour if filled else "none"}" stroke="{colour}" stroke-width="2"'
    return (
        f'<circle cx="{middle:g}" cy="10" r="8" {look}/>'
        f'<rect x="{middle - 9:g}" y="22" width="18" height="40" rx="7" {look}/>'
    )
