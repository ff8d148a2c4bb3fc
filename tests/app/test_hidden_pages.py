"""To share, a page says the same of any few people: all that the server sends is compared, hover text and tables too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from app.driver import Visit, choose
from builders import load_tables
from streamlit.testing.v1 import AppTest
from test_tells_nothing import tables_with

from sql.store import create_or_upgrade

PAGES = (
    ("overview", {}),
    ("return to running", {"by": "symptom_duration"}),
    ("pain and function", {}),
    ("trends", {}),
    ("therapists and sites", {}),
    ("assessment and treatment", {}),
    ("data", {}),
    ("data", {"data_show": "records"}),
    ("report", {}),
)
ANNEXE = "annexe"
FEW_ALONE = {"site": "b", "condition": "itbs"}
"""Two filters that every clinic offers, and that together leave the few alone."""
OF_THE_RUN = re.compile(r"\$\$ID-\w+|deferred_file_id: \"\w+\"")


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two clinics that differ in five people, or one person; one of the others came to an annexe."""
    folder = tmp_path_factory.mktemp("alike")
    urls = {name: f"sqlite:///{folder / name}.db" for name in ("five", "one")}
    for name, few, seed in (("five", 5, 1), ("one", 1, 3)):
        engine = create_or_upgrade(urls[name])
        tables = tables_with(few, seed)
        others, those = tables["episodes"][:60], tables["episodes"][60:]
        for row in others[1:]:
            row["condition"] = "pfps" if row["site"] == "b" else row["condition"]
        others[1]["site"] = ANNEXE
        for row in those:
            row |= FEW_ALONE
        load_tables(engine, folder / name, **tables)
        engine.dispose()
    return urls


@pytest.fixture
def clinics(
    stores: dict[str, str], alike: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """Their names, beside the other stores."""
    for name, url in alike.items():
        monkeypatch.setitem(stores, name, url)
    return tuple(alike)


def sent(app: AppTest) -> list[str]:
    """Every message of the page, without what is new in every run."""
    return [OF_THE_RUN.sub("", str(message)) for message in messages(app._tree)]


def messages(node: Any) -> Iterator[Any]:
    if getattr(node, "proto", None) is not None:
        yield node.proto
    for child in getattr(node, "children", {}).values():
        yield from messages(child)


@pytest.mark.parametrize("reader", [{"audience": "sharing"}, {"preview_as": "Therapist T1"}])
@pytest.mark.parametrize(("page", "choices"), PAGES)
def test_a_page_is_the_same_for_any_few(visit: Visit, clinics, page: str, choices: dict[str, str], reader):
    found = []
    for clinic in clinics:
        app = visit(clinic, page, **reader)
        for key, value in {**FEW_ALONE, **choices}.items():
            if key in FEW_ALONE or any(group.key == key for group in app.button_group):
                choose(app, **{key: value})
        assert not app.exception
        found.append(sent(app))
    assert len(found[0]) > 10, "something is sent"
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("page", "reader"),
    [*((page, {"audience": "sharing"}) for page, _ in PAGES), ("overview", {"preview_as": "Therapist T1"})],
)
def test_the_filters_do_not_say_that_one_came(visit: Visit, clinics, page: str, reader: dict[str, str]):
    """Neither the annexe of one person nor the one condition of one person is offered, or sent at all."""
    app = visit(clinics[0], page, **reader)
    assert not app.exception
    assert app.selectbox(key="site").options == ["All sites", "a", "b"]
    assert app.selectbox(key="condition").options == ["All conditions", "PFPS", "ITBS"]
    if page != "return to running":  # whose tables by site name each group, with "fewer than 8"
        assert not any(ANNEXE in message for message in sent(app))


def test_the_clinic_itself_is_offered_all(visit: Visit, clinics):
    app = visit(clinics[1])
    assert app.selectbox(key="site").options == ["All sites", "a", "annexe", "b"]
    assert app.selectbox(key="condition").options == ["All conditions", "PFPS", "ITBS", "Other knee"]
