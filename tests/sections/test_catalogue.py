"""Choosing sections of `summary --json`."""

from __future__ import annotations

import json

import pytest
from builders import make_episode, write_clinic

from dashboard.cli import main
from dashboard.sections.catalogue import SECTIONS, section_names


def test_all_sections_without_a_list_and_none_with_none():
    assert section_names(None) == tuple(SECTIONS)
    assert section_names("none") == ()


def test_named_sections_come_in_their_own_order():
    assert section_names("trend, relapse") == ("relapse", "trend")


@pytest.mark.parametrize(
    ("sections", "found"), [("pain,relapse", {"pain", "relapse"}), ("none", set()), (None, set(SECTIONS))]
)
def test_the_command_answers_only_the_sections_asked_for(tmp_path, capsys, sections, found):
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    folder = write_clinic(tmp_path / "in", episodes=[make_episode()])
    assert main(["load", str(folder)], environ) == 0
    capsys.readouterr()
    options = ["--sections", sections] if sections else []
    assert main(["summary", "--json", *options], environ) == 0
    assert set(json.loads(capsys.readouterr().out)) & set(SECTIONS) == found


def test_an_unknown_section_is_named_with_the_known_ones(tmp_path, capsys):
    environ = {"RETURN_TO_RUN_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    assert main(["summary", "--json", "--sections", "shoes"], environ) == 2
    assert "There is no section 'shoes'; there are treatment, units" in capsys.readouterr().err
