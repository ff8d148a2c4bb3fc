"""What each number means: one entry per number, shown beside it, on the page Methods and in docs/methods.md.

An entry is (title, definition, formula, source, what it cannot say). The long form, with R code, is docs/methods.md.
"""

from __future__ import annotations

from typing import NamedTuple

from dashboard.trend_definitions import TREND_DEFINITIONS


class Definition(NamedTuple):
    """What a number is. `formula` is empty where the definition says it all."""

    title: str
    text: str
    formula: str = ""
    source: str = ""
    cannot_say: str = ""


DEFINITIONS: dict[str, tuple[str, ...]] = {
    "started": Definition(
        "Started",
        "People whose goal is running and whose first visit lies in the period: of each person the first "
        "course of care per condition in it. Everybody who came is in, however long they stayed.",
        source="Intention to treat, as in trials (CONSORT 2010): the denominator is everybody who began.",
        cannot_say="Who never came, and whose file was never exported, is in no number.",
    ),
    "back_by": Definition(
        "Back by week 12 (or another day)",
        "Estimated share of all who started that have had their first run that counts by then. Somebody last "
        "seen in week 5 counts as not back until week 5, and is neither a success nor a failure after that "
        "(cumulative incidence; Aalen and Johansen 1978). Giving up running, surgery, another injury, "
        "pregnancy or illness end the chance to return and stay in the denominator. In brackets the 95 % "
        "interval.",
        "F(t) = Σ S(tᵢ−) · rᵢ/nᵢ over days tᵢ ≤ t; interval on log(−log(1 − F))",
        "Aalen and Johansen 1978, Scand J Stat 5:141–150; equals R's multi-state survfit.",
        "It takes those who are no longer followed to do like those who are. The interval covers chance only, not "
        "wrong dates or missing answers.",
    ),
    "median": Definition(
        "Half by",
        "First day on which at least half of those who started are estimated to be back.",
        "the smallest day t with F(t) ≥ 0.5; its limits are where the band crosses 0.5",
        "R survival, quantile(survfit); R takes the middle of a flat step at exactly one half, this its first day.",
        "It is about all who started, so it is longer than a median of those who recovered.",
    ),
    "rmst": Definition(
        "Mean days not running",
        "Mean number of days without running within the first 182 days (or another number) from the first visit: "
        "the area above the curve. A stop counts as not running to the end.",
        "∫ (1 − F) from day 0 to day 182; interval ± 1.96 standard errors, within 0 and 182",
        "Restricted mean, as R's summary(survfit, rmean = 182); with stops the infinitesimal jackknife's error.",
        "Nothing if follow-up ends earlier while somebody is still out of view.",
    ),
    "late_reports": Definition(
        "Late reports",
        "Returns and stops dated after the last contact. They are not in the curve, because nobody would have heard "
        "of the opposite; they are counted, listed, and added in the reading “with late reports”.",
        "count of people in the curve whose return or stop is dated after their observation ended",
        "The product's own rule; see the clock.",
        "How many more there are of whom nobody told.",
    ),
    "certainty": Definition(
        "How sure are we",
        "The same counts read in other ways on one day: the curve; returned among those whose state is known; "
        "everybody unknown taken as not back (worst) and as back (best); with late reports. Beside it how long "
        "people were in view, how those known differ from the others at the first visit, how many returns are "
        "dated on a visit day, and what difference so many people could show.",
        "known = returned ÷ (N − censored); worst = returned ÷ N; best = (returned + censored) ÷ N; follow-up by "
        "reverse Kaplan-Meier; difference = (1.96 + 0.84) · √(groups · 0.25/n)",
        "Schemper and Smith 1996, Control Clin Trials 17:343–346, for the follow-up.",
        "Where between worst and best the truth lies.",
    ),
    "clock": Definition(
        "The clock",
        "Starts at the first visit (day 0). Observation ends at the last contact for everybody: a score, an "
        "attended visit, an answer about running, a discharge. A return dated later than that is a late "
        "report and is left out of the curve, because nobody would have heard of the opposite.",
        "day = the earliest of return, stop and last contact, minus the first visit",
        "The product's own rule: without it silence is censored and good news is not.",
        "Sources that start at the injury show longer times for the same people.",
    ),
    "at_risk": Definition(
        "Still followed, not back",
        "Followed beyond that week, not back and not stopped.",
        "people with T > t",
        "KMunicate: Morris et al. 2019, BMJ Open 9:e030215. R's n.risk counts T ≥ t.",
        "Not whether they are getting better.",
    ),
    "not_followed": Definition(
        "Not followed further",
        "Last seen before or in that week without having returned or stopped.",
        "people censored by day t",
        "KMunicate: Morris et al. 2019, BMJ Open 9:e030215.",
        "Not why they are not followed: some are well and stay away, some gave up on the clinic.",
    ),
    "too_few": Definition(
        "Too few still followed",
        "The figure rests on fewer than 10 people in effect (those at risk divided by the share not yet back "
        "or stopped). The curve is dotted there. Once everybody in view has returned or stopped, it rests on those "
        "of whom that is known, and is dotted only if they are fewer than 10.",
        "at risk ÷ S(t) < 10",
        "The product's own rule; dividing by S does not punish a clinic whose runners have returned.",
        "It is no statement about the care.",
    ),
    "verdict": Definition(
        "The verdict",
        "Ahead or behind where the difference from the quoted figure is larger than chance would explain "
        "(95 %). In line only where the clinic's interval is at most 30 points wide; else it cannot be told "
        "yet. Verdicts are read every month and not adjusted for it: one surprise is not a trend.",
        "z = (g(F) − g(B)) ÷ √(v_F + v_B) with g(p) = log(−log(1 − p)); |z| > 1.96 decides",
        "Difference of two complementary log-log estimates; the figures are in the catalogue below.",
        "Not whether the care is good: sources count other endpoints in other people from other clocks.",
    ),
    "completeness": Definition(
        "How complete the records are",
        "Of the people in the curve whose day has come, the share of whom it is known. Score at the start: any score "
        "by the patient from 28 days before to 7 days after the first visit; at week 6: days 28 to 42; at week 12: "
        "days 56 to 84. Running known at week 12 or 26: back or stopped by then, or followed beyond.",
        "known ÷ due; due: first visit + last day of the window ≤ date of the data",
        "The product's own; the share known at week 12 is the one beside the curve.",
        "Not whether what is recorded is right, and not who is missing: those who stay away may differ.",
    ),
    "quality": Definition(
        "Records to check",
        "Courses of care that a rule finds impossible (a visit after the discharge) or unlikely (a return dated on a "
        "visit day, the same score four times). One course may be found by several rules. All goals are looked at.",
        "count of courses for which the rule holds",
        "The product's own rules; plausibility as in Kahn et al. 2016, eGEMs 4(1):18.",
        "A record that no rule finds may still be wrong, and one that is found may be right.",
    ),
    "classes": Definition(
        "What became of them",
        "Six classes, the first that holds: cannot be counted (open red flag, already running at the first "
        "visit, or no contact after it and that over six weeks ago), back running (late reports too), "
        "stopped, discharged without a recorded return, still in care (a contact within the last six weeks), "
        "lost. Those never seen again after the first visit are in the curve too, as followed on day 0 only.",
        "counts; the six add up to started",
        "The product's own, so that nobody who started drops out of sight.",
        "In care and lost depend on the date of the data: they are decided when asked.",
    ),
    "pain_scores": Definition(
        "Scores",
        "What people said themselves, on one scale and about one situation at a time; what a therapist noted is "
        "left out. The people are those of the recovery curve. The start is the score nearest the first visit, "
        "from 28 days before to 7 days after it, on or before it if there is any. Windows are days 28–42, 56–84 "
        "and 168–196: the score nearest to days 35, 70 and 182 counts, of two equally near the earlier, of "
        "several on one day the worse.",
        source="Instruments as published; each keeps its own scale and direction (page Methods & benchmarks).",
        cannot_say="Who gives no score. Function on one instrument says nothing about another.",
    ),
    "paired_change": Definition(
        "Change",
        "Mean of the later score less the first, among those who have both (t interval, 95 %). A missing score is "
        "counted and never filled in. Each window holds other people, so windows are not joined. It is not the "
        "effect of the treatment: pain that brings people to a clinic tends to ease by itself too.",
        formula="mean of (later − start) over people with both; t interval",
        source="Paired t interval; trials report differences between groups, which this is not.",
        cannot_say=(
            "Whether the care caused it: pain also changes by itself, and those who come when it is worst "
            "look better later."
        ),
    ),
    "responders": Definition(
        "Improved enough",
        "Who changed for the better by a published threshold. Thresholds stand side by side and are never mixed. "
        "Whoever starts so close to the end of the scale that the threshold is out of reach is left out and "
        "counted. Of those scored it says nothing about the others, who may do better or worse. Of all whose "
        "weeks are over it is the lowest it can be: everybody without a score counts as not improved. The table "
        "has it of all who started too (Wilson intervals, 95 %).",
        formula="improved ÷ scored, and improved ÷ all whose weeks are over; Wilson interval",
        source="Wilson 1927, J Am Stat Assoc 22:209–212; each threshold names its own study.",
        cannot_say=(
            "Whether the change matters to one person: thresholds were found in groups, often with another "
            "complaint."
        ),
    ),
    "expected_recovery": Definition(
        "The usual course",
        "Per week since the first visit one score a person (the first of the week). The middle score is the "
        "smallest that at least half of the scores do not exceed; the bands are found the same way. The middle "
        "half needs 20 scores a week, 8 in 10 need 100. A week is drawn while at least half of those who "
        "started give a score in it or later.",
        formula="smallest score with a cumulative share of at least p",
        source="Quantiles of all scores of a week, as growth charts have them.",
        cannot_say=(
            "Where one patient will go. People who recover stop scoring, so later weeks look worse than "
            "patients do."
        ),
    ),
    **TREND_DEFINITIONS,
    "units": Definition(
        "Whose patients",
        "A patient belongs to the therapist and the site of the first visit. Only first visits at least 12 weeks "
        "before the date of the data count, so that everybody could be followed to week 12.",
        source="Intention to treat: the patient stays with whom the care began.",
        cannot_say="Who did the later visits.",
    ),
    "expected_units": Definition(
        "Observed and expected",
        "Observed: the share back by week 12 from the unit's own curve. Expected: the shares of everybody in groups of "
        "the same condition, symptom duration and pain at the first visit (groups under 20 people join the next), "
        "weighted by the unit's own patients (indirect standardisation).",
        formula="E = Σ share in the group · the group's share back by week 12; O/E = F(84) ÷ E",
        source="Indirect standardisation, as in hospital comparison (Spiegelhalter 2005, Stat Med 24:1185–1202).",
        cannot_say="Differences between patients that are not recorded: fitness, jobs, willingness.",
    ),
    "funnel": Definition(
        "The funnel",
        "Limits within which 95 % and 99.8 % of units like the rest would lie, by the number of people their figure "
        "rests on (Spiegelhalter 2005). With 10 or more units the limits also allow for the spread between them. Under "
        "10 people a unit is not drawn. Means of pain change need 30 people, as in the NHS.",
        formula="sin²(asin√θ ± z · √(1/(4n) + τ²)); z = 1.96 and 3.09",
        source="Spiegelhalter 2005, Stat Med 24:1185–1202; over-dispersion after winsorising, as the NHS does.",
        cannot_say="Who is better. A unit within the limits differs by no more than chance would make it.",
    ),
    "against_model": Definition(
        "Against a model",
        "Mean change of a scale beside what a case-mix model expected of the same people, where such expectations are "
        "loaded (scores with the reporter model). Only people with a score at the first visit, one in weeks 8 to 12 "
        "and an expectation of it are in it. Units under 30 people are insufficient, as in the NHS.",
        formula="overall mean change + mean(observed − expected) − that of everybody; limits ± z · SD/√n, SD of "
        "everybody's observed − expected",
        source="NHS Digital, Patient Reported Outcome Measures, adjusted health gain and outlier flags.",
        cannot_say="Whether the model is right. It is somebody else's, made on other patients.",
    ),
    "settled": Definition(
        "Who is counted",
        "People in the curve whose first visit was at least 12 weeks before the date of the data, so that "
        "everybody had the same time. What was measured or given after day 84 is left out.",
        source="The product's own rule, so that months are comparable.",
        cannot_say="How it goes with people who came lately.",
    ),
    "assessed": Definition(
        "Measured at the start, and again",
        "At the start: 28 days before to 14 days after the first visit. Again: days 28 to 84.",
        formula="people with a measurement ÷ people counted",
        source="Counted from the assessments.",
        cannot_say="How well it was measured.",
    ),
    "given": Definition(
        "What was given",
        "Share of those with an attended visit in the first 12 weeks that were given the treatment at least once in "
        "them; and how many different treatments of the ten people were given, as median and quartiles.",
        "people given it ÷ people seen; Wilson's interval",
        "Counted from the treatments noted with attended visits.",
        "How well or how often it was done, and what was not noted.",
    ),
    "own_baseline": Definition(
        "Change from the own baseline",
        "The last measurement in days 28 to 84 against the first at the start, in per cent of it, on the same "
        "side; step rate only where the same speed was noted both times. Somebody with two sides enters with "
        "their mean. No fixed step rate is right for everybody: +5 to +10 % on the patient's own is the aim.",
        formula="100 · (later − start) ÷ start, mean of the sides",
        source="Willson 2014 and others for the aim of +5 to +10 % step rate.",
        cannot_say="Whether strength or step rate is why somebody recovered.",
    ),
    "matched": Definition(
        "Treatment that fits the finding",
        "A gait fault (hip drop, crossover or overstride seen at the start) and gait or step rate retraining; foot "
        "pronation (grade 1 or 2) and orthoses; a tendon involved and shockwave. There are good reasons to do "
        "otherwise in one patient; the share is about all of them.",
        formula="treated as expected ÷ people with the finding",
        source="The two clinics' own published pathways.",
        cannot_say="Whether the match helps: that is a question for trials.",
    ),
    "landmark": Definition(
        "Association, not effect",
        "Only people not back by day 28 and followed beyond it are compared, by what they had answered until "
        "then, so that nobody is counted as having done more because they took longer. Still, people choose or are "
        "chosen: the figures cannot say what caused what, and are never compared with a published figure.",
        formula="curve restarted at day 28 among those followed and not back; Gray's test",
        source="Anderson, Cain and Gelber 1983, J Clin Oncol 1:710–719 (landmark method).",
        cannot_say="What would have happened otherwise: people who do more differ in more than that.",
    ),
    "groups": Definition(
        "Do groups differ",
        "Gray's test compares the shares that are back, with stops in the denominator; the log-rank test "
        "compares the speed of those still trying. Groups with fewer than 5 returns and people of whom the "
        "grouping is not known are left out. A difference is in points of 100 people, with a 95 % interval "
        "(MOVER). Neither says why groups differ.",
        formula="Gray 1988; log-rank Σ(O − E)² with its hypergeometric variance; d − √((F₁ − l₁)² + (u₂ − F₂)²)",
        source="Gray 1988, Ann Stat 16:1141–1154; Mantel 1966; Newcombe 1998, Stat Med 17:873–890 (MOVER).",
        cannot_say="Why groups differ, or that they are alike where no difference was found.",
    ),
    "relapse": Definition(
        "Pain again",
        "The first answer “running with pain” after the return, or the stated date of it, up to the last "
        "contact. Within 14 days it is a range: of all who returned at least 14 days before the data end, and of "
        "those among them who had pain again or were seen 14 days after the return.",
        formula="relapses ÷ returned, to relapses ÷ (relapses + seen 14 days after)",
        source="The product's own rule: relapsers come back, the well do not, so one number would mislead.",
        cannot_say="Pain of people who never told.",
    ),
    "sustained": Definition(
        "Back for at least 14 days",
        "Share back a fortnight before that day, less the share with pain again within 14 days, at both ends of "
        "its range. It has no interval beyond the range.",
        formula="F(t − 14) · (1 − r), at both ends of r",
        source="The product's own rule, see Pain again.",
        cannot_say="Whether it lasted longer than 14 days.",
    ),
    "running_on": Definition(
        "Running without pain on a day",
        "Share of all starters in the state “back” on that day: people with pain again are out, and back in once "
        "they say so (Aalen-Johansen occupancy; Aalen and Johansen 1978).",
        formula="Aalen-Johansen probability of the state “back” on day t",
        source="Aalen and Johansen 1978, Scand J Stat 5:141–150; equals R survfit(Surv(t1, t2, state) ~ 1, id = id).",
        cannot_say="It is a lower bound after a relapse unless later answers say otherwise.",
    ),
    "retention": Definition(
        "Who stays",
        "Of those in the curve who first came at least 12 weeks before the data end: who attended that many "
        "visits, or a visit in that week or later. Several visits on a day are one.",
        formula="people with at least that visit ÷ people who started",
        source="Counted from attended visits.",
        cannot_say=(
            "Whether somebody left because they were well or because they gave up: the six classes say what "
            "is known."
        ),
    ),
    "visits": Definition(
        "Visits",
        "Attended visits, the first included, of the same people; until the return only of those who returned.",
        formula="median and quartiles",
        source="Counted from attended visits.",
        cannot_say="Whether more visits help: people who need more get more.",
    ),
    "engaged": Definition(
        "Keeping appointments",
        "Attended at least the set share (75 %) of the appointments of days 0 to 28 and at least 2; cancelled and "
        "missed ones count as due. Only people still observed and not back after day 28 are compared, so nobody "
        "had to be well to be counted. An association, not an effect, and never set against a published figure.",
        formula="attended ÷ due in days 0 to 28 at or above the set share; landmark at day 28",
        source="Anderson, Cain and Gelber 1983, J Clin Oncol 1:710–719 (landmark method).",
        cannot_say="Cause and effect: people who feel better may come more, or less.",
    ),
    "status": Definition(
        "Word on the caseload",
        "The first rule that holds: open red flag; off track (too little change of pain by the set day, or two "
        "rises in a row); pain again after a return; ask (a score or an answer is due, or no word for the set "
        "days); watch (not back after the set day); back, to be checked at 14 days; on track.",
        source="The product's own rules on the clinic's settings; 2 of 10 points: Farrar et al. 2001, Pain 94:149–158.",
        cannot_say="How somebody is: it says what is worth a look, and on which data.",
    ),
    "outlook": Definition(
        "People like this, four weeks later",
        "Share of runners of the same condition, symptom duration and pain, still followed and not back on this "
        "patient's day, who are back 28 days later. With fewer than 20 of them first the pain, then "
        "the duration is left out.",
        "[F(d + 28) − F(d)] ÷ S(d)",
        "The curve restarted at day d; equals R's survfit with start.time.",
        "What will become of this patient.",
    ),
}


def definition(name: str) -> Definition:
    """The entry of a number.

    Raises
    ------
    KeyError
        if there is none.
    """
    return Definition(*DEFINITIONS[name])
