"""The form kit: the questions word for word, and one address per code."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from etl.contract import TABLES
from etl.errors import UsageError
from etl.form_kit import prefilled_links, write_form_kit
from etl.form_questions import PAIN, QUESTIONS, RUNNING
from etl.mapping_file import preset_text

LINK = "https://docs.google.com/forms/d/e/1FA/viewform?usp=pp_url&entry.123=CODE"


def test_six_questions_about_running_and_one_about_pain():
    assert len(RUNNING) == 6
    assert (PAIN.table, PAIN.column) == ("scores", "value")
    for question in (*RUNNING, PAIN):
        spec = TABLES[question.table].column(question.column)
        assert [ours for _, ours in question.options if ours not in spec.codes] == []
        assert not question.options or {ours for _, ours in question.options} == set(spec.codes)


def test_every_question_stands_in_every_form_in_its_order(tmp_path):
    write_form_kit(tmp_path / "kit")
    for name in ("google-forms.md", "microsoft-forms.md", "paper.html"):
        text = (tmp_path / "kit" / name).read_text(encoding="utf-8")
        places = [text.index(question.text) for question in QUESTIONS]
        assert places == sorted(places), name
        for question in QUESTIONS:
            assert all(theirs in text for theirs, _ in question.options), name


def test_the_kit_holds_the_presets_and_says_how_to_load(tmp_path):
    written = write_form_kit(tmp_path / "new" / "kit")
    assert sorted(path.name for path in written) == [
        "google-forms.md", "google-forms.toml", "microsoft-forms.md", "microsoft-forms.toml", "paper.html",
    ]  # fmt: skip
    folder = tmp_path / "new" / "kit"
    assert (folder / "google-forms.toml").read_text(encoding="utf-8") == preset_text("google-forms")
    assert "--mapping google-forms.toml" in (folder / "google-forms.md").read_text(encoding="utf-8")


def test_the_paper_form_is_whole_html(tmp_path):
    write_form_kit(tmp_path)
    opened: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Checker().feed((tmp_path / "paper.html").read_text(encoding="utf-8"))
    assert opened == []


def test_one_address_per_code(tmp_path):
    codes = tmp_path / "codes.csv"
    codes.write_text("patient_id,name\nP-1,x\nP:2,y\n\nP-1,x\n", encoding="utf-8-sig")
    write_form_kit(tmp_path / "kit", link=LINK, codes=codes)
    assert (tmp_path / "kit" / "links.csv").read_text() == (
        "code,link\n"
        "P-1,https://docs.google.com/forms/d/e/1FA/viewform?usp=pp_url&entry.123=P-1\n"
        "P:2,https://docs.google.com/forms/d/e/1FA/viewform?usp=pp_url&entry.123=P%3A2\n"
    )


@pytest.mark.parametrize(
    "link", ["https://forms.example/?a=1", "http://x/?a=CODE", "https://x/?a=CODE&b=CODE"]
)
def test_links_that_are_not_prefilled(link: str):
    with pytest.raises(UsageError, match="must begin with https:// and hold the word CODE once"):
        prefilled_links(link, ["P1"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("P1\nJo Bloggs\n", "Line 2 of 'codes.txt' is no code"),
        ("P1\njo@example.org\n", "Line 2 of 'codes.txt' is no code"),
        ("=1+1\n", "Line 1 of 'codes.txt' is no code"),
        ("\n\n", "holds no codes"),
    ],
)
def test_lists_that_hold_no_codes(tmp_path: Path, content: str, says: str):
    codes = tmp_path / "codes.txt"
    codes.write_text(content)
    with pytest.raises(UsageError, match=says) as error:
        write_form_kit(tmp_path / "kit", link=LINK, codes=codes)
    assert "Bloggs" not in str(error.value)
    assert not (tmp_path / "kit").exists()


def test_link_and_codes_belong_together(tmp_path):
    with pytest.raises(UsageError, match="--link and --codes belong together"):
        write_form_kit(tmp_path, link=LINK)
    with pytest.raises(UsageError, match="cannot be read"):
        write_form_kit(tmp_path, link=LINK, codes=tmp_path / "nowhere.txt")
