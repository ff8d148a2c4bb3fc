"""The questions that patients answer, in their order: six about running, one about pain. The forms are made of them.

Their words are headers of the answers, and the presets google-forms and microsoft-forms read them by these words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "choice", "date", "number", "scale"]


@dataclass(frozen=True)
class Question:
    """One question. column: ours that it fills. options: their words and ours, in order."""

    table: str
    column: str
    text: str
    kind: Kind
    required: bool = False
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


CODE = Question(
    "",
    "patient_id",
    "Your code",
    "code",
    required=True,
    hint="It is filled in already. Please do not change it.",
)
RUNNING = (
    Question(
        "running",
        "status",
        "Are you running at the moment?",
        "choice",
        required=True,
        options=(
            ("No, I am not running", "not_running"),
            ("Yes, but with pain", "running_with_pain"),
            ("Yes, without pain", "running_without_pain"),
            ("Yes, as much as before the injury", "back_to_usual"),
            ("No, I have given up running", "given_up"),
        ),
    ),
    Question("running", "since", "Since when is that so?", "date", hint="The day, as well as you remember."),
    Question(
        "running",
        "longest_pain_free_km",
        "What is the longest distance that you ran without pain in the last week, in kilometres?",
        "number",
        hint="A number such as 3 or 4.5. If you did not run: 0.",
    ),
    Question(
        "running",
        "weekly_km",
        "How many kilometres do you run in a week now?",
        "number",
        hint="A number such as 12. If you do not run: 0.",
    ),
    Question(
        "running",
        "pain_while_running",
        "How much pain do you have while running?",
        "scale",
        hint="0 is no pain, 10 is the worst pain you can think of. Leave it empty if you do not run.",
    ),
    Question(
        "running",
        "home_exercise",
        "How many of your home exercises did you do in the last week?",
        "choice",
        options=(("None", "none"), ("Some", "some"), ("Most", "most"), ("All", "all")),
    ),
)
PAIN = Question(
    "scores",
    "value",
    "How much knee pain did you have on a usual day of the last week?",
    "scale",
    required=True,
    hint="0 is no pain, 10 is the worst pain you can think of.",
)
QUESTIONS = (CODE, *RUNNING, PAIN)
