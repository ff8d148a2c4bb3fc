"""FHIR R4: courses of a knee, pain scores, answers to our questions; nothing else gets in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import load_paths, rows_of
from hypothesis import given
from hypothesis import strategies as st
from part_reading import parts_of, read, refused_rows, stop_of, write_json

from etl.errors import RULES, FileStop
from etl.readers import parts_of_files
from etl.readers.fhir_codes import ANSWERS, condition_of, side_of
from etl.readers.fhir_resources import day_of, id_in

ICD10, ICD10_CM = "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"
ICD11, SNOMED, LOINC = "http://id.who.int/icd/release/11/mms", "http://snomed.info/sct", "http://loinc.org"


def coded(code: str, system: str = ICD10, display: str | None = None) -> dict:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def to(reference: str) -> dict:
    return {"reference": reference}


def condition(id: str = "C1", code: dict | None = None, **more) -> dict:  # noqa: A002 - FHIR's word
    return {
        "resourceType": "Condition",
        "id": id,
        "subject": to("Patient/P1"),
        "code": coded("M22.2") if code is None else code,
        "onsetDateTime": "2023-12",
        "recordedDate": "2024-01-09",
        "encounter": to("Encounter/V1"),
        **more,
    }


def encounter(id: str = "V1", **more) -> dict:  # noqa: A002
    return {
        "resourceType": "Encounter",
        "id": id,
        "period": {"start": "2024-01-08T09:00:00+00:00"},
        "participant": [{"individual": {**to("Practitioner/T1"), "display": "Dr Rosalind Quill"}}],
        **more,
    }


def care(id: str = "K1", **more) -> dict:  # noqa: A002
    return {
        "resourceType": "EpisodeOfCare",
        "id": id,
        "status": "finished",
        "patient": to("Patient/P1"),
        "diagnosis": [{"condition": to("Condition/C1")}],
        "period": {"start": "2024-01-05", "end": "2024-06-30"},
        "careManager": to("Practitioner/T2"),
        **more,
    }


def observation(id: str = "O1", loinc: str = "72514-3", **more) -> dict:  # noqa: A002
    value = {} if any(name.startswith(("value", "dataAbsent")) for name in more) else {"valueInteger": 6}
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "subject": to("Patient/P1"),
        "code": coded(loinc, LOINC),
        "effectiveDateTime": "2024-02-01T10:00:00+00:00",
        **value,
        **more,
    }


PATIENT = {
    "resourceType": "Patient",
    "id": "P1",
    "name": [{"family": "Quill", "given": ["Rosalind"]}],
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}],
    "telecom": [{"value": "quill@example.org"}],
    "birthDate": "1987-03-02",
}


def bundle(*resources: dict, type: str = "collection", **more) -> dict:  # noqa: A002
    entries = [{"fullUrl": f"urn:uuid:{r.get('id')}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": type, "entry": entries, **more}


def tables(path: Path, **declared) -> dict[str, list[dict[str, str]]]:
    return {part.table_name_guess: [row for _, row in read(part)] for part in parts_of(path, **declared)}


@pytest.fixture
def read_bundle(tmp_path):
    def read_bundle(*resources: dict, **declared) -> dict[str, list[dict[str, str]]]:
        return tables(write_json(tmp_path / "x.json", bundle(*resources)), **declared)

    return read_bundle


EPISODE = {
    "episode_id": "C1",
    "patient_id": "P1",
    "condition": "pfps",
    "side": "",
    "onset_date": "2023-12",
    "first_visit_date": "2024-01-08",
    "therapist": "T1",
    "discharge_date": "",
}
SCORE = {
    "patient_id": "P1",
    "scored_on": "2024-02-01",
    "instrument": "NPRS",
    "context": "current",
    "value": "6",
    "reporter": "patient",
    "score_id": "O1",
}

# --- courses -----------------------------------------------------------------------------------------------


def test_a_condition_is_a_course_from_its_encounter_on(read_bundle):
    assert read_bundle(PATIENT, condition(), encounter()) == {"episodes": [EPISODE]}


def test_without_an_encounter_the_recorded_day_counts_and_the_therapist_is_not_recorded(tmp_path):
    path = write_json(tmp_path / "x.json", bundle(condition(encounter=None)))
    (part,) = parts_of(path)
    changed = {"first_visit_date": "2024-01-09", "therapist": "not_recorded"}
    assert [row for _, row in read(part)] == [EPISODE | changed]
    assert part.open().notes == [("no_therapist", "therapist")]


def test_an_episode_of_care_is_the_course_of_its_diagnosis(read_bundle):
    changed = {
        "episode_id": "K1",
        "first_visit_date": "2024-01-05",
        "therapist": "T2",
        "discharge_date": "2024-06-30",
    }
    assert read_bundle(condition(), encounter(), care()) == {"episodes": [EPISODE | changed]}


def test_an_episode_of_care_without_diagnosis_takes_those_of_its_time(read_bundle):
    early = condition("C0", recordedDate="2023-05-01", encounter=None)
    found = read_bundle(early, condition(encounter=None), care(diagnosis=[], status="active"))["episodes"]
    assert [(row["episode_id"], row["first_visit_date"], row["discharge_date"]) for row in found] == [
        ("C0", "2023-05-01", ""),
        ("K1", "2024-01-05", ""),
    ]


def test_a_diagnosis_made_again_within_90_days_belongs_to_the_course(read_bundle):
    days = {"C1": "2024-01-09", "C2": "2024-04-08", "C3": "2024-07-08"}
    again = [condition(code, recordedDate=day, encounter=None) for code, day in days.items()]
    stranger = condition("C4", subject=to("Patient/P2"), encounter=None)
    found = read_bundle(*again, stranger)["episodes"]
    assert [row["episode_id"] for row in found] == ["C1", "C3", "C4"]


@pytest.mark.parametrize(
    ("codes", "word"),
    [
        ([coded("M22.2")], "pfps"),
        ([coded("M22.2X1", ICD10_CM)], "pfps"),
        ([coded("m222x1", ICD10_CM)], "pfps"),
        ([coded("1", ICD11, "Patellofemoral disorders")], "pfps"),
        ([coded("430725003", SNOMED)], "pfps"),
        ([coded("1", SNOMED, "Patellofemoral pain syndrome (disorder)")], "pfps"),
        ([coded("M76.3")], "itbs"),
        ([coded("1", ICD11, "Iliotibial band syndrome")], "itbs"),
        ([coded("FA01.0", ICD11)], "other_knee"),
        ([coded("1", ICD11, "Internal derangement of knee")], "other_knee"),
        ([coded("1", SNOMED, "Iliotibial band friction syndrome")], "itbs"),
        ([coded("M22.4")], "other_knee"),
        ([coded("M17.0")], "other_knee"),
        ([coded("444448004", SNOMED, "Injury of medial collateral ligament of knee")], "other_knee"),
        ([coded("1", SNOMED, "Tear of meniscus")], "other_knee"),
        ([coded("M22.2"), coded("M76.3")], "pfps_itbs"),
        ([coded("M17.0"), coded("M76.3")], "itbs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_a_knee(read_bundle, codes, word):
    conditions = [condition(f"C{n}", code) for n, code in enumerate(codes)]
    assert [row["condition"] for row in read_bundle(*conditions, encounter())["episodes"]] == [word]


@pytest.mark.parametrize(
    "code",
    [
        coded("M54.5"),
        coded("M22.2", "http://example.org/own-codes"),
        coded("1", SNOMED, "History of knee replacement"),
        coded("1", SNOMED, "Viral sinusitis (disorder)"),
        coded("FB54.1", ICD11),
        {"text": "knee pain of Rosalind"},
        {},
    ],
)
def test_what_is_no_knee_is_left_out_and_counted(tmp_path, code):
    path = write_json(tmp_path / "x.json", bundle(condition("C0", code), condition(), encounter()))
    (part,) = parts_of(path)
    reader = part.open()
    assert [(len(chunk.lines), chunk.filtered) for chunk in reader.chunks()] == [(1, 1)]
    assert reader.notes == [("other_records", "")]


@pytest.mark.parametrize(
    "more",
    [
        {"verificationStatus": coded("entered-in-error", "x")},
        {"verificationStatus": coded("refuted", "x")},
    ],
)
def test_a_condition_that_is_not_meant_is_left_out(read_bundle, more):
    assert read_bundle(condition(**more), encounter()) == {"episodes": []}


@pytest.mark.parametrize(
    ("code", "sites", "side"),
    [
        (coded("M22.2X1", ICD10_CM), [], "right"),
        (coded("M76.32", ICD10_CM), [], "left"),
        (coded("M25562", ICD10_CM), [], "left"),
        (coded("M23.201", ICD10_CM), [], ""),
        (coded("M17.2", ICD10_CM), [], ""),
        (coded("M22.2X9", ICD10_CM), [], ""),
        (coded("M22.2"), [], ""),
        (coded("M22.2"), [coded("82169009", SNOMED)], "left"),
        (coded("M22.2"), [coded("7771000", SNOMED), coded("24028007", SNOMED)], "both"),
        (coded("M22.2"), [coded("51440002", SNOMED)], "both"),
    ],
)
def test_the_side(code, sites, side):
    assert side_of(code, sites) == side


# --- scores ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ({}, {}),
        ({"valueQuantity": {"value": 2.2, "unit": "{score}"}}, {"value": "2.2"}),
        ({"valueQuantity": {"value": 7.0}}, {"value": "7"}),
        ({"valueCodeableConcept": coded("LA6113-0", LOINC, "2 or more")}, {"value": "2"}),
        ({"valueCodeableConcept": coded("LA13942-0", LOINC, "10")}, {"value": "10"}),
        ({"valueCodeableConcept": coded("LA9-9", LOINC, "7")}, {"value": "<answer_code>"}),
        ({"valueQuantity": {"value": 7, "comparator": ">"}}, {"value": "<number>"}),
        ({"valueString": "7/10"}, {"value": "7/10"}),
        ({"dataAbsentReason": coded("asked-declined", "x")}, {"value": ""}),
        ({"loinc": "38208-5"}, {}),
        (
            {"loinc": "38214-3", "valueQuantity": {"value": 4.5, "unit": "cm"}},
            {"instrument": "VAS10", "value": "4.5"},
        ),
        (
            {"loinc": "38214-3", "valueQuantity": {"value": 4, "code": "mm"}},
            {"instrument": "VAS100", "value": "4"},
        ),
        ({"loinc": "38214-3", "valueInteger": 4}, {"instrument": "VAS10", "value": "4"}),
        ({"loinc": "38214-3", "valueInteger": 40}, {"instrument": "VAS100", "value": "40"}),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2024-02-02"}},
            {"scored_on": "2024-02-02"},
        ),
        ({"status": "amended"}, {}),
    ],
)  # fmt: skip
def test_an_observation_is_a_score(read_bundle, more, changed):
    found = read_bundle(condition(), encounter(), observation(**more))["scores"]
    assert found == [SCORE | changed]


def test_visual_scores_without_a_unit_are_read_by_their_largest_and_said(tmp_path):
    values = [observation(f"O{n}", "38214-3", valueInteger=n) for n in (4, 55)]
    path = write_json(tmp_path / "x.json", bundle(condition(), encounter(), *values))
    scores = next(part for part in parts_of(path) if part.table_name_guess == "scores")
    assert [row["instrument"] for _, row in read(scores)] == ["VAS100", "VAS100"]
    assert scores.open().notes == [("vas_scale", "instrument")]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "entered-in-error"},
        {"subject": to("Patient/P9")},
        {"effectiveDateTime": "2023-12-10T10:00:00Z"},
        {"effectiveDateTime": "2026-01-09"},
    ],
    ids=["entered in error", "another patient", "29 days before", "24 months after"],
)
def test_scores_that_are_of_no_course_are_left_out_and_counted(tmp_path, more):
    content = bundle(condition(), encounter(), observation(), observation("O2", **more))
    path = write_json(tmp_path / "x.json", content)
    scores = next(part for part in parts_of(path) if part.table_name_guess == "scores")
    assert [(len(chunk.lines), chunk.filtered) for chunk in scores.open().chunks()] == [(1, 1)]


@pytest.mark.parametrize("day", ["2023-12-11", "2026-01-08"])
def test_the_first_and_last_day_of_a_course_count(read_bundle, day):
    assert read_bundle(condition(), encounter(), observation(effectiveDateTime=day))["scores"]


def test_observations_without_any_condition_are_all_kept(read_bundle):
    """The courses may be in the store already; the loader finds them, or says that there are none."""
    assert read_bundle(observation()) == {"scores": [SCORE]}


@pytest.mark.parametrize(
    ("stamp", "zone", "day"),
    [
        ("2024-02-01T23:30:00Z", None, "2024-02-01"),
        ("2024-02-01T23:30:00Z", "Europe/Vienna", "2024-02-02"),
        ("2024-02-01T01:30:00.123+11:00", None, "2024-02-01"),
        ("2024-02-01T01:30:00+11:00", "Europe/London", "2024-01-31"),
        ("2024-02-01", "Europe/Vienna", "2024-02-01"),
        ("2024-02", "Europe/Vienna", "2024-02"),
        ("2024-02-01T25:99:00Z", "Europe/Vienna", "2024-02-01"),
    ],
)
def test_the_day_of_a_stamp(read_bundle, stamp, zone, day):
    found = read_bundle(observation(effectiveDateTime=stamp), timezone=zone)["scores"]
    assert [row["scored_on"] for row in found] == [day]


# --- answers to our questions ------------------------------------------------------------------------------


SINCE = "2024-02-20"


def response(*items: dict, **more) -> dict:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "Q1",
        "status": "completed",
        "subject": to("Patient/P1"),
        "authored": "2024-03-04T08:00:00+00:00",
        "item": list(items),
        **more,
    }


def item(link: str, more: list | None = None, **value) -> dict:
    return {"linkId": link, "answer": [value], "item": more or []}


def test_answers_are_a_running_report_and_scores(read_bundle):
    found = read_bundle(
        response(
            item("status", valueCoding={"code": "running_with_pain", "display": "Yes, but it hurts"}),
            {
                "linkId": "group",
                "item": [item("weekly_km", valueDecimal=12.5), item("since", valueDate=SINCE)],
            },
            item("pain_while_running", valueInteger=3),
            item("NPRS.worst_week", valueCoding={"code": "LA6113-0", "display": "2 or more"}),
            item("AKPS", valueInteger=71),
            item("your-name", valueString="Rosalind Quill"),
        )
    )
    assert found["running"] == [
        {
            "patient_id": "P1",
            "reported_on": "2024-03-04",
            "status": "running_with_pain",
            "since": SINCE,
            "longest_run_min": "",
            "longest_pain_free_km": "",
            "weekly_km": "12.5",
            "pain_while_running": "3",
            "load_change": "",
            "home_exercise": "",
            "source": "patient_form",
        }
    ]
    common = {"patient_id": "P1", "scored_on": "2024-03-04", "reporter": "patient"}
    assert found["scores"] == [
        common
        | {"instrument": "NPRS", "context": "worst_week", "value": "2", "score_id": "Q1:NPRS.worst_week"},
        common | {"instrument": "AKPS", "context": "", "value": "71", "score_id": "Q1:AKPS"},
    ]


def test_a_clinician_may_fill_in_a_form(read_bundle):
    status = item("status", valueCoding={"code": "not_running"})
    found = read_bundle(response(status, source=to("Practitioner/T1")))
    assert [row["source"] for row in found["running"]] == ["clinician"]


@pytest.mark.parametrize("status", ["entered-in-error", "in-progress", "stopped"])
def test_a_form_that_is_not_done_is_not_read(tmp_path, status):
    path = write_json(tmp_path / "x.json", bundle(response(item("AKPS", valueInteger=71), status=status)))
    assert tables(path) == {"episodes": []}


# --- files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", ["collection", "transaction", "searchset", "batch"])
def test_bundles_that_hold_records(tmp_path, type):  # noqa: A002
    assert tables(write_json(tmp_path / "x.json", bundle(condition(), encounter(), type=type))) == {
        "episodes": [EPISODE]
    }


@pytest.mark.parametrize("type", ["history", "transaction-response"])
def test_bundles_that_hold_no_records_stop(tmp_path, type):  # noqa: A002
    assert stop_of(write_json(tmp_path / "x.json", bundle(condition(), type=type))) == ("bundle_type", 1, "")


def test_ids_of_entries_stand_for_missing_ids(tmp_path):
    """In a transaction, new resources have no id yet: they refer to the addresses of entries."""
    uuid = {name: f"urn:uuid:0000-{name}" for name in ("p", "c", "v", "t")}
    found = bundle(
        condition(subject=to(uuid["p"]), encounter=to(uuid["v"])),
        encounter(participant=[{"individual": to(uuid["t"])}]),
    )
    for entry, name in zip(found["entry"], ("c", "v"), strict=True):
        entry["fullUrl"] = uuid[name]
        del entry["resource"]["id"]
    ids = {"episode_id": "0000-c", "patient_id": "0000-p", "therapist": "0000-t"}
    assert tables(write_json(tmp_path / "x.json", found)) == {"episodes": [EPISODE | ids]}


def test_ndjson_is_read_line_by_line(tmp_path):
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(map(json.dumps, (condition(), encounter(), observation()))) + "\n\n")
    assert tables(path) == {"episodes": [EPISODE], "scores": [SCORE]}
    scores = next(part for part in parts_of(path) if part.table_name_guess == "scores")
    assert [line for line, _ in read(scores)] == [3]


def test_files_of_a_bulk_export_refer_to_each_other(tmp_path):
    content = {
        "Condition": [condition()],
        "Encounter": [encounter()],
        "Observation": [observation(), observation("O2", subject=to("Patient/P9"))],
        "Patient": [PATIENT],
    }
    files = [tmp_path / f"{name}.ndjson" for name in content]
    for path, resources in zip(files, content.values(), strict=True):
        path.write_text("\n".join(map(json.dumps, resources)))
    found = parts_of_files(files, tmp_path)
    assert [(part.name, [row for _, row in read(part)]) for part in found] == [
        ("Condition.ndjson, episodes", [EPISODE]),
        ("Observation.ndjson, scores", [SCORE]),
    ]
    assert files[0] in found[1].beside


def test_a_file_with_one_resource_is_read(tmp_path):
    assert tables(write_json(tmp_path / "x.json", observation())) == {"scores": [SCORE]}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("patient-bundle-7.json", "patient-bundle-7.json"),
        ("Condition_quill.json", "Condition_quill.json"),
        ("Rosalind_Quill_fbeb6608-ab-5e.json", "…fbeb6608-ab-5e.json"),
        ("Rosalind46_Quill958.json", "…46_958.json"),
        ("rosalind quill.json", "…e5817756.json"),
        ("quill-bundle.json", "quill-bundle.json"),
    ],
)
def test_a_file_named_for_a_patient_is_shown_without_the_name(tmp_path, name, shown):
    (part,) = parts_of(write_json(tmp_path / name, observation()))
    assert part.name == f"{shown}, scores"


def test_a_file_of_practitioners_stops(tmp_path):
    practitioner = {"resourceType": "Practitioner", "id": "T1", "name": [{"family": "Quill"}]}
    path = write_json(tmp_path / "x.json", bundle(practitioner, PATIENT))
    assert stop_of(path) == ("no_clinical_resources", 1, "")


def test_a_record_without_a_knee_is_empty_and_no_error(tmp_path):
    path = write_json(tmp_path / "x.json", bundle(PATIENT, condition(code=coded("J01"))))
    assert tables(path) == {"episodes": []}


@pytest.mark.parametrize("name", ["x.json", "x.ndjson"])
def test_bad_json_stops_at_its_line(tmp_path, name):
    (tmp_path / name).write_text('{"resourceType":\n "Bundle", }')
    assert stop_of(tmp_path / name)[0] == "bad_json"


def test_a_bundle_is_loaded_and_nothing_that_identifies_anybody_gets_in(tmp_path, sqlite):
    path = write_json(tmp_path / "x.json", bundle(PATIENT, condition(), encounter(), observation()))
    report = load_paths(sqlite, path)
    assert (report.exit_code, report.files[0].name) == (0, "x.json, episodes")
    assert rows_of(sqlite, "episode", "episode_id", "patient_id", "condition") == [("C1", "P1", "pfps")]
    assert rows_of(sqlite, "score", "episode_id", "context", "value") == [("C1", "current", 6.0)]
    held = Path(sqlite.url.database).read_bytes()
    assert [text for text in (b"Quill", b"Rosalind", b"9434765919", b"1987-03") if text in held] == []


def test_scores_are_refused_by_line(tmp_path, sqlite):
    bad = [observation("O2", valueInteger=11), observation("O3", valueCodeableConcept=coded("LA9-9", LOINC))]
    path = write_json(tmp_path / "x.json", bundle(condition(), encounter(), observation(), *bad))
    report = load_paths(sqlite, path, most_rejected=1.0)
    text = path.read_text().splitlines()
    entry = next(n for n, line in enumerate(text, start=1) if '"fullUrl": "urn:uuid:O2"' in line)
    found = refused_rows(report)
    assert [(file, column, rule) for file, _, column, rule in found] == [
        ("x.json, scores", "value", "range"),
        ("x.json, scores", "value", "answer_code"),
    ]
    assert found[0][1] == entry - 1  # the brace above


def test_in_a_bundle_of_one_line_resources_are_counted(tmp_path, sqlite):
    path = tmp_path / "x.json"
    bad = observation("O2", valueInteger=11)
    path.write_text(json.dumps(bundle(condition(), encounter(), observation(), bad)) + "\n")
    report = load_paths(sqlite, path, most_rejected=1.0)
    assert refused_rows(report) == [("x.json, scores", 4, "value", "range")]
    assert "records_counted" in {warning.rule for file in report.files for warning in file.warnings}


# --- anything at all ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("Patient/P1", "P1"),
        ("urn:uuid:018f428e-34f6", "018f428e-34f6"),
        ("https://server/fhir/Patient/P1/_history/2", "P1"),
        ("Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9434765919", ""),
        ("Patient/Rosalind Quill", ""),
        (None, ""),
    ],
)
def test_of_a_reference_only_the_id_is_kept(reference, code):
    assert id_in(reference) == code


def test_answer_codes_are_the_eleven_of_loinc():
    assert list(ANSWERS.values()) == [str(n) for n in range(11)]
    assert ANSWERS["LA6113-0"] == "2"


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["2024-13-45", "M22.2", "Patient/P1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "system", "reference", "start", "value", "item"]), inner
        )
    ),
    max_leaves=6,
)


@given(
    data=st.data(),
    resource=st.sampled_from(
        [condition(), encounter(), care(), observation(), response(item("AKPS", valueInteger=7))]
    ),
)
def test_resources_with_odd_parts_never_end_in_a_traceback(tmp_path_factory, data, resource):
    name = data.draw(st.sampled_from(sorted(set(resource) - {"resourceType"})))
    odd = {**resource, name: data.draw(ODD)}
    path = write_json(tmp_path_factory.mktemp("fhir") / "x.json", bundle(condition(), encounter(), odd))
    try:
        tables(path)
    except FileStop as stop:
        assert stop.rule in RULES  # noqa: PT017 - any other exception fails


def test_days_of_odd_stamps():
    assert [day_of(stamp, None) for stamp in (None, 3, {}, " 2024 ")] == ["", "", "", "2024"]


def test_an_odd_code_is_of_no_knee():
    assert [condition_of(code) for code in (None, 3, [], {"coding": 3}, {"coding": [3]})] == [""] * 5
