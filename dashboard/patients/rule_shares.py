"""How much of the work each rule of the caseload makes: its share of a clinic's open episodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.patients.caseload import ORDER, PRESSING, Standing, caseload
from dashboard.patients.clinic_rules import ClinicRules
from dashboard.patients.words import RULE_WORDS, SIGNS
from dashboard.wording import percent
from sql.cohort import Scope
from sql.queries.store_facts import store_facts

Row = dict[str, str]


@dataclass(frozen=True)
class RuleShares:
    """`open` episodes on `rules.day`, and of how many each (status, rule) leads; they add up to `open`."""

    rules: ClinicRules
    open: int
    leading: Counter[tuple[str, str]]

    @property
    def pressing(self) -> int:
        """Open episodes whose rule asks for something, seen to or not."""
        return sum(n for (word, _), n in self.leading.items() if word in PRESSING)


def rule_shares(connection: Connection, scope: Scope, rules: ClinicRules) -> RuleShares:
    """Every open episode once, under the rule that its therapist reads on the caseload."""
    leading = Counter((one.word, one.rule) for one in every_standing(connection, scope, rules))
    return RuleShares(rules, leading.total(), leading)


def every_standing(connection: Connection, scope: Scope, rules: ClinicRules) -> Iterator[Standing]:
    """The open episodes of the clinic, asked therapist by therapist, so that no list is cut at its end."""
    for clinic, code in store_facts(connection, scope).therapists:
        if clinic == rules.clinic:
            yield from caseload(connection, scope, rules, (clinic, code)).standings


def ordered(found: RuleShares) -> list[tuple[str, str]]:
    """(word, rule) in the order in which the caseload shows the words, the most frequent rule first."""
    return sorted(found.leading, key=lambda key: (ORDER.index(key[0]), -found.leading[key], key[1]))


def title(found: RuleShares) -> str:
    """The finding: how many episodes call for something, and which rule calls most."""
    if not found.open:
        return "No episode is open"
    pressing = Counter({key: n for key, n in found.leading.items() if key[0] in PRESSING})
    if not pressing:
        return f"None of {found.open:,} open episodes calls for anything"
    (_, rule), most = pressing.most_common(1)[0]
    return (
        f"{found.pressing:,} of {found.open:,} open episodes call for something; most often: {RULE_WORDS[rule]} "
        f"({percent(most / found.open)})"
    )


def rows(found: RuleShares) -> list[Row]:
    """A row per rule."""
    return [
        {
            "word on the caseload": f"{SIGNS[word]} {word}",
            "rule": RULE_WORDS[rule],
            "open episodes": f"{found.leading[word, rule]:,}",
            "share": percent(found.leading[word, rule] / found.open),
        }
        for word, rule in ordered(found)
    ]
