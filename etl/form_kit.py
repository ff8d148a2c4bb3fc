"""Writes the form kit: the questions for Google and Microsoft Forms and paper, and what loads the answers."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from etl.errors import UsageError
from etl.form_questions import QUESTIONS, Kind, Question
from etl.identifiers import identifier_in
from etl.mapping_file import preset_text
from etl.parse import KEY_PATTERN

PLACEHOLDER = "CODE"
LINKS = "links.csv"

_GOOGLE_KINDS: dict[Kind, str] = {
    "code": "Short answer",
    "choice": "Multiple choice",
    "date": "Date (without time)",
    "number": "Short answer; ⋮ > Response validation > Number > Greater than or equal to > 0",
    "scale": "Linear scale, 0 to 10",
}
_MICROSOFT_KINDS: dict[Kind, str] = {
    "code": "Text",
    "choice": "Choice",
    "date": "Date",
    "number": "Text; … > Restrictions > Number",
    "scale": "Choice with the options 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
}

_GOOGLE = """# The form in Google Forms

1. Open <https://forms.google.com>, choose *Blank form*, and call it “How is your knee?”.
2. *Settings > Responses > Collect email addresses*: **Do not collect**. The answers must hold no names.
3. Add these questions in this order, word for word. The loader knows them by their words.

{questions}

4. The link for each patient: ⋮ > *Pre-fill form*. Write `CODE` as the answer to “Your code”, *Get link*, and
   copy it. Then, with a list of the patients' codes, one a line:

   ```sh
   return-to-run form-kit . --codes codes.txt --link "https://docs.google.com/forms/…entry.123=CODE"
   ```

   `links.csv` then holds one address per code. Send each patient theirs, by the booking system's messages.
5. To load the answers: *Responses > ⋮ > Download responses (.csv)*, unpack the file, and

   ```sh
   return-to-run load answers.csv --mapping google-forms.toml
   ```

   Set `timezone` in `google-forms.toml` to your own first, and see there how your dates are written.
"""

_MICROSOFT = """# The form in Microsoft Forms

1. Open <https://forms.office.com>, choose *New Form*, and call it “How is your knee?”.
2. *Settings*: **Anyone can respond**, and *Record name* off. The answers must hold no names.
3. Add these questions in this order, word for word. The loader knows them by their words.

{questions}

4. The link for each patient: … > *Get Pre-filled URL*. Write `CODE` as the answer to “Your code”, and copy
   the link. Then, with a list of the patients' codes, one a line:

   ```sh
   return-to-run form-kit . --codes codes.txt --link "https://forms.office.com/…&r123=CODE"
   ```

   `links.csv` then holds one address per code. Send each patient theirs, by the booking system's messages.
5. To load the answers: *Responses > Open results in Excel*, download the workbook, and

   ```sh
   return-to-run load answers.xlsx --mapping microsoft-forms.toml
   ```
"""

_PAPER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>How is your knee?</title>
<style>
body {{ font: 12pt/1.4 sans-serif; margin: 2cm auto; max-width: 17cm; }}
li {{ margin: 0 0 0.9cm; break-inside: avoid; }}
.hint {{ color: #555; font-size: 10pt; }}
.boxes span {{ display: inline-block; margin: 0.15cm 0.5cm 0 0; white-space: nowrap; }}
.line {{ display: inline-block; border-bottom: 1px solid #000; min-width: 6cm; height: 0.8cm; }}
</style>
</head>
<body>
<h1>How is your knee?</h1>
<p>Today's date: <span class="line"></span></p>
<ol>
{questions}
</ol>
<p>Thank you. Please do not write your name on this sheet: the code is enough.</p>
</body>
</html>
"""


def write_form_kit(folder: Path, *, link: str | None = None, codes: Path | None = None) -> list[Path]:
    """Write the kit into a folder, made if need be; with `link` and `codes`, one address per code too.

    Raises
    ------
    UsageError
        if only one of the two is given, or one of them is not right.
    """
    if (link is None) != (codes is None):
        raise UsageError(
            "--link and --codes belong together: the pre-filled link, and the list of codes to put in."
        )
    files = {
        "google-forms.md": _GOOGLE.format(questions=_table(QUESTIONS, _GOOGLE_KINDS)),
        "google-forms.toml": preset_text("google-forms"),
        "microsoft-forms.md": _MICROSOFT.format(questions=_table(QUESTIONS, _MICROSOFT_KINDS)),
        "microsoft-forms.toml": preset_text("microsoft-forms"),
        "paper.html": _PAPER.format(questions="\n".join(map(_paper_question, QUESTIONS))),
    }
    addresses = prefilled_links(link, read_codes(codes)) if link is not None and codes is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(folder / name, text) for name, text in files.items()]
    return [*written, *([_write_links(folder / LINKS, addresses)] if addresses else [])]


def prefilled_links(link: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    """(code, address) of every patient: the pre-filled link with their code in place of the word CODE.

    Raises
    ------
    UsageError
        if the word does not stand in the link exactly once.
    """
    if not link.startswith("https://") or link.count(PLACEHOLDER) != 1:
        raise UsageError(
            f"The link must begin with https:// and hold the word {PLACEHOLDER} once. Pre-fill the form with "
            f"{PLACEHOLDER} as the answer to “{QUESTIONS[0].text}”, and copy the link."
        )
    return [(code, link.replace(PLACEHOLDER, quote(code, safe=""))) for code in codes]


def read_codes(path: Path) -> list[str]:
    """Codes from a text file, one a line; further columns and a header `patient_id` are passed over.

    Raises
    ------
    UsageError
        if a line holds no code; its content is never shown.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"The list of codes {path.name!r} cannot be read. It is a text file, one code a line."
        ) from None
    codes: list[str] = []
    for number, line in enumerate(lines, start=1):
        code = line.split(",")[0].strip().strip('"')
        if not code or (number == 1 and code.casefold() in ("patient_id", "code", "codes")):
            continue
        if not KEY_PATTERN.fullmatch(code) or identifier_in(code):
            raise UsageError(
                f"Line {number} of {path.name!r} is no code: letters, digits and _ . : - are allowed."
            )
        codes.append(code)
    if not codes:
        raise UsageError(f"The list {path.name!r} holds no codes. Write one a line.")
    return list(dict.fromkeys(codes))


def _table(questions: Sequence[Question], kinds: dict[Kind, str]) -> str:
    """The questions as a table for people who type them into a form."""
    rows = [
        "| | question | kind | options | under it | required |",
        "|---|---|---|---|---|---|",
    ]
    for number, question in enumerate(questions, start=1):
        options = "<br>".join(theirs for theirs, _ in question.options)
        needed = "yes" if question.required else "no"
        cells = (str(number), question.text, kinds[question.kind], options, question.hint, needed)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _paper_question(question: Question) -> str:
    choices = [theirs for theirs, _ in question.options] or [str(n) for n in range(11)]
    if question.kind in ("choice", "scale"):
        answer = "".join(f"<span>☐ {escape(choice)}</span>" for choice in choices)
        answer = f'<div class="boxes">{answer}</div>'
    else:
        answer = '<div class="line"></div>'
    hint = (
        ""
        if question.kind == "code" or not question.hint
        else f'<div class="hint">{escape(question.hint)}</div>'
    )
    return f"<li>{escape(question.text)}{hint}{answer}</li>"


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _write_links(path: Path, addresses: Sequence[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("code", "link"), *addresses])
    return path
