"""An invented project as REDCap exports it: events, repeats, columns to tick, missing data codes, contact data."""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
    "redcap_data_access_group", "first_name", "dob", "email", "date_enrolled", "age", "sex", "knee",
    "enrolment_complete", "pain_survey_timestamp", "visit_date", "nprs_usual", "nprs_worst", "akps_1",
    "akps_total", "pain_survey_complete", "running_status", "returned_date", "running_check_complete",
    "session_date", "session_therapist", "treatments___1", "treatments___2", "treatments___7",
    "treatments____999", "session_complete", "run_pain", "run_log_complete",
)  # fmt: skip
FIRST_VISITS = ("2024-01-08", "2024-01-15", "2024-02-05")
PERSONAL = ("Ada", "1990-02-03", "@example.org")


def redcap_lines() -> list[dict[str, object]]:
    """Three records: at the start, after six weeks, two repeated sessions, one repeated run."""
    lines = []
    for record, day in enumerate(FIRST_VISITS, start=1):
        later = f"2024-03-{10 + record}"
        of_record = {"record_id": record, "redcap_data_access_group": "north"}
        lines += [
            {
                "redcap_event_name": "baseline_arm_1", "first_name": "Ada", "dob": "1990-02-03", "knee": record,
                "email": f"a{record}@example.org", "date_enrolled": day, "age": 30 + record, "sex": record % 2,
                "enrolment_complete": 2, "pain_survey_timestamp": "[not completed]", "visit_date": day,
                "nprs_usual": 6, "nprs_worst": 8, "akps_1": 5, "akps_total": 70 + record, **of_record,
            },
            {
                "redcap_event_name": "week_6_arm_1", "pain_survey_timestamp": f"{later} 23:15:00", "akps_1": 5,
                "visit_date": later if record < 3 else "", "nprs_usual": -999 if record == 2 else 3,
                "nprs_worst": "NI" if record == 2 else 5, "akps_total": 82, "running_status": 3 if record == 1 else 2,
                "returned_date": "2024-03-05" if record == 1 else "-999", "running_check_complete": 2, **of_record,
            },
            *(
                {
                    "redcap_event_name": "sessions_arm_1", "redcap_repeat_instrument": "session",
                    "redcap_repeat_instance": n, "session_date": f"2024-02-{10 * n + record}", "session_therapist": "T1",
                    "treatments___1": 1, "treatments___7": n - 1, "treatments____999": 2 - n, "session_complete": 2, **of_record,
                }
                for n in (1, 2)
            ),
            {
                "redcap_event_name": "week_6_arm_1", "redcap_repeat_instrument": "run_log",
                "redcap_repeat_instance": 1, "run_pain": 2, "run_log_complete": 2, **of_record,
            },
        ]  # fmt: skip
    return lines


def redcap_export(path: Path, lines: list[dict[str, object]] | None = None) -> Path:
    """The export of the project: UTF-8 with its mark, lines that end as in Windows, 0 where nothing is ticked."""
    ticks = {name: 0 for name in HEADER if "___" in name}
    rows = [
        ",".join(str({**ticks, **line}.get(name, "")) for name in HEADER) for line in lines or redcap_lines()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\ufeff" + "\r\n".join([",".join(HEADER), *rows, ""])).encode())
    return path
