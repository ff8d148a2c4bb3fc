"""Therapists and sites in words: what differs beyond chance, and what the comparison cannot say."""

from __future__ import annotations

from dashboard.sections.unit_expected import ExpectedFunnel
from dashboard.sections.units import Mix, Units, UnitsBy
from dashboard.stats.funnel import MIN_EPISODES, MIN_FOR_MEAN, FunnelPoint, MeanFunnel
from dashboard.wording import PER_CENT, counted, interval_words, long_date, percent, with_minus
from sql.reference import instruments

Row = dict[str, str]
AGAINST_CHANCE = "against chance"
PLURAL = {"therapist": "therapists", "site": "sites"}
CONTEXT_WORDS = {
    "usual_week": "in a usual week", "worst_week": "at its worst in the week", "current": "now",
    "running": "when running", "downhill": "downhill", "stairs": "on stairs", "squatting": "when squatting",
    "sitting": "when sitting", "landing": "on landing", "at_rest": "at rest",
}  # fmt: skip
LIMITS_OF_THE_COMPARISON = (
    "Case mix is adjusted for condition, symptom duration and pain at the first visit only. Training, fitness, "
    "motivation and who sends the difficult patients to whom are not in it. A unit beyond the limits is a "
    "question, in this order: are the records complete? Are the patients different? Is the care different?"
)
TABLE_NOTE = (
    "Expected: what all units together reached with patients of the same condition, symptom duration and pain at the "
    f"first visit. Observed ÷ expected above 1 is more than expected; in brackets 95{PER_CENT} limits."
)


def funnel_title(found: UnitsBy) -> str:
    """The finding of the funnel: how many lie beyond the limits of chance."""
    many = PLURAL[found.by]
    if found.funnel is None or found.plotted < 2:
        return f"Too few {many} to compare"
    signals = [point.unit.unit for point in found.funnel.points if point.signal]
    if not signals:
        return f"None of {found.plotted} {many} differs more than chance and case mix would explain"
    verb = "lies" if len(signals) == 1 else "lie"
    return f"{' and '.join(signals)} {verb} beyond the 99.8{PER_CENT} limits: look into why"


def funnel_caption(found: UnitsBy) -> str:
    """How to read the funnel, with n."""
    if found.funnel is None or found.plotted < 2:
        return missing_words(found)
    left_out = [point.unit.unit for point in found.funnel.points if point.plotted is None]
    not_drawn = (
        f" Not drawn, fewer than {MIN_EPISODES} people or too few followed: {', '.join(left_out)}."
        if left_out
        else ""
    )
    extra = (
        " The limits are wider than chance alone, because the units differ more than that among themselves."
        if found.funnel.tau2 > 0
        else ""
    )
    return (
        f"{counted(found.episodes)}. Each mark is one {found.by}, adjusted for the patients seen there. People who "
        "were not followed to week 12 count in part, so a mark can rest on fewer people than came there. The fewer "
        f"the people, the wider the limits of chance.{extra}{not_drawn}"
    )


def missing_words(found: UnitsBy) -> str:
    """What is missing for a funnel, and how to get it."""
    if len(found.mixes) == 1:
        return f"There is one {found.by} with these filters, so there is nobody to compare with."
    return (
        f"A {found.by} needs at least {MIN_EPISODES} people whose first visit was 12 weeks ago or more. "
        "Choose a longer period or fewer filters."
    )


def chance_sentence(found: UnitsBy) -> str:
    """Why being beyond 95 % says nothing yet."""
    if found.plotted < 2:
        return ""
    return (
        f"With {found.plotted} {PLURAL[found.by]} who all do equally well, the chance that at least one lies "
        f"beyond the 95{PER_CENT} limits is {percent(found.chance_beyond_95)}. "
        f"Only the 99.8{PER_CENT} limits count as a signal."
    )


def reflection_sentence(result: Units) -> str:
    """What the page is for, and whom it covers."""
    return (
        "For reflection, not for ranking: units stand in the order of their codes. Covered are first visits up to "
        f"{long_date(result.last_first_visit)}, so that everybody could be followed for 12 weeks; a patient belongs to "
        "the therapist and the site of the first visit."
    )


def unit_rows(found: UnitsBy) -> list[Row]:
    """Observed against expected, a row per unit in the order of the codes, everybody last.

    How a unit lies against chance is a column of its own only where it is not "within" for all.
    """
    if found.funnel is None:
        return []
    rows = [_unit_row(found.by, point) for point in found.funnel.points]
    everybody = {
        found.by: "everybody",
        "people": f"{found.episodes:,}",
        "back by week 12": percent(found.funnel.centre),
        "expected": "–",
        "observed ÷ expected": "–",
    }
    if any(point.position != "within" for point in found.funnel.points):
        everybody[AGAINST_CHANCE] = "–"
        rows = [
            {**row, AGAINST_CHANCE: position_words(point)}
            for row, point in zip(rows, found.funnel.points, strict=True)
        ]
    return [*rows, everybody]


def funnel_rows(found: UnitsBy) -> list[Row]:
    """The marks of the funnel with their limits of chance; nothing where there is no funnel."""
    if found.funnel is None or found.plotted < 2:
        return []
    return [
        {
            found.by: point.unit.unit,
            "people it rests on": f"{point.unit.n_effective or 0:.0f}",
            "back by week 12, adjusted": percent(point.plotted),
            f"95{PER_CENT} limits": interval_words(*point.limits_95).strip("()"),
            f"99.8{PER_CENT} limits": interval_words(*point.limits_998).strip("()"),
            AGAINST_CHANCE: position_words(point),
        }
        for point in found.funnel.points
        if point.plotted is not None and point.limits_95 and point.limits_998
    ]


def mix_rows(found: UnitsBy) -> list[Row]:
    """What the patients came with, a row per unit in the order of the codes, everybody last."""
    if found.funnel is None:
        return []
    mixes = {mix.unit: mix for mix in found.mixes}
    ordered = [(point.unit.unit, point.unit.episodes) for point in found.funnel.points]
    rows = [
        {
            found.by: unit,
            "people": f"{n:,}",
            **(_mix_cells(mixes[unit]) if n >= MIN_EPISODES else dict.fromkeys(_mix_cells(mixes[unit]), "–")),
        }
        for unit, n in ordered
    ]
    return [
        *rows,
        {found.by: "everybody", "people": f"{found.episodes:,}", **_mix_cells(found.everybody)},
    ]


def _unit_row(by: str, point: FunnelPoint) -> Row:
    unit = point.unit
    if unit.episodes < MIN_EPISODES:  # a named therapist's share of two people says nothing of the therapist
        names = ("back by week 12", "expected", "observed ÷ expected")
        return {by: unit.unit, "people": f"{unit.episodes:,}", **dict.fromkeys(names, "–")}
    share = "–" if unit.value is None else f"{percent(unit.value)} {interval_words(unit.low, unit.high)}"
    return {
        by: unit.unit,
        "people": f"{unit.episodes:,}",
        "back by week 12": share.strip(),
        "expected": "–" if unit.expected is None else percent(unit.expected),
        "observed ÷ expected": _ratio_words(point),
    }


def _ratio_words(point: FunnelPoint) -> str:
    if point.ratio is None:
        return "–"
    limits = (
        ""
        if point.ratio_low is None or point.ratio_high is None
        else f" ({point.ratio_low:.2f}–{point.ratio_high:.2f})"
    )
    return f"{point.ratio:.2f}{limits}"


def position_words(point: FunnelPoint) -> str:
    """Where a unit lies, in words; only 99.8 % is called a signal."""
    if point.position == "not plotted":
        few = point.unit.episodes < MIN_EPISODES
        return f"fewer than {MIN_EPISODES} people" if few else "too few followed"
    if point.signal:
        return f"signal: {point.position}".replace(" %", PER_CENT)
    return "within" if point.position == "within" else f"{point.position}, no signal".replace(" %", PER_CENT)


def _mix_cells(mix: Mix) -> Row:
    names = {
        "with PFPS": mix.pfps,
        "symptoms over 4 months": mix.long_symptoms,
        "pain 7–10 at first visit": mix.high_pain,
    }
    return {name: "not known" if share is None else percent(share) for name, share in names.items()}


def pain_title(found: UnitsBy) -> str:
    """The finding of the funnel of means."""
    many, placed = PLURAL[found.by], _placed(found.pain)
    if len(placed) < 2:
        return f"Too few pain scores to compare {many}"
    signals = [point.unit for point in found.pain.points if "99.8" in point.position]
    if signals:
        verb = "lies" if len(signals) == 1 else "lie"
        return f"Pain: {' and '.join(signals)} {verb} beyond the 99.8{PER_CENT} limits"
    return f"Pain falls alike: none of {len(placed)} {many} differs more than chance would explain"


def pain_caption(found: UnitsBy, result: Units) -> str:
    """What is compared, with n, and who is not."""
    context = CONTEXT_WORDS.get(result.question.context, result.question.context)
    what = f"change of pain {context} ({result.question.instrument}) from the first visit to weeks 8 to 12"
    left_out = [
        f"{point.unit} ({point.n})" for point in found.pain.points if point.position == "insufficient"
    ]
    few = f" Insufficient, fewer than {MIN_FOR_MEAN} with both scores: {', '.join(left_out)}."
    people = sum(point.n for point in found.pain.points)
    centre = found.pain.centre
    overall = "" if centre is None else with_minus(f" Everybody: {centre:+.1f} points.")
    return (
        f"{counted(people)} with both scores; mean {what}, adjusted for condition, symptom duration and pain at the "
        f"first visit. Lower is better.{overall}{few if left_out else ''}"
    )


def _placed(pain: MeanFunnel) -> list[str]:
    return [point.unit for point in pain.points if point.value is not None]


def pain_rows(found: UnitsBy) -> list[Row]:
    """Adjusted mean change, a row per unit in the order of the codes."""
    return _mean_rows(found.by, found.pain, "change of pain, adjusted")


def model_title(item: ExpectedFunnel) -> str:
    """Which scale is set against which expectation."""
    context = CONTEXT_WORDS.get(item.question.context, item.question.context)
    return f"Change of {' '.join(filter(None, (item.question.instrument, context)))} beside what a model expected"


def model_caption(item: ExpectedFunnel) -> str:
    """What is compared, with n."""
    people = sum(point.n for point in item.means.points)
    better = instruments()[item.question.instrument].better.capitalize()
    return (
        f"{model_title(item)}: {counted(people)} with both scores and a loaded expectation of the later one, from the "
        f"first visit to weeks 8 to 12. {better} is better. The model is somebody else's, made on other patients."
    )


def model_rows(found: UnitsBy, item: ExpectedFunnel) -> list[Row]:
    """Mean change adjusted by the model, a row per unit in the order of the codes."""
    return _mean_rows(found.by, item.means, "change, adjusted by the model")


def _mean_rows(by: str, means: MeanFunnel, change: str) -> list[Row]:
    rows = []
    for point in means.points:
        value = "insufficient" if point.value is None else with_minus(f"{point.value:+.1f}")
        limits = "" if point.limits_998 is None else " to ".join(f"{x:+.1f}" for x in point.limits_998)
        rows.append(
            {
                by: point.unit,
                "people with both scores": f"{point.n:,}",
                change: value,
                f"99.8{PER_CENT} limits of chance": with_minus(limits),
                AGAINST_CHANCE: point.position.replace(" %", PER_CENT),
            }
        )
    return rows
