"""What identifies a person must never get in: tests of headers, cells, file names and constants.

Headers are compared with a list of words. Values are tested for their form: e-mail address, telephone number, UK
postcode, NHS number, three or more words, and in a column of codes a date of birth. Some forms are also what plain
codes look like - one ten-digit code in eleven has the check digit of an NHS number - so they are judged by their
column: column_watch.py. Nothing here keeps or shows a value for longer than its column is read.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from etl.errors import FileStop, IdentifiersFound

EMAIL = "e-mail address"
PHONE = "telephone number"
POSTCODE = "postcode"
HEALTH_NUMBER = "NHS number"
WORDS = "names or free text"
BIRTH = "date of birth"

FEWEST_WORDS = 3
PLAIN_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{7,63}", re.ASCII)
"""A code of which no test needs be made: longer than a postcode, not all digits, and in one piece."""

# --- headers

_DENIED = frozenset(
    """
    name names surname forename initials nickname maiden dob birth born birthday birthdate address addr street
    suburb postcode postal zip zipcode email mail phone telephone tel mobile cell cellphone fax nhs medicare ihi ssn
    nino passport licence license drivers kin guardian emergency note notes comment comments remark remarks narrative
    photo signature latitude longitude lat lon
    vorname nachname geburtsdatum geboren adresse anschrift strasse plz telefon handy notiz notizen bemerkung
    nom prenom naissance courriel apellido apellidos nombre nacimiento direccion telefono correo
    """.split()  # noqa: SIM905 - one word a line would be two pages
)
_DENIED_WHOLE = frozenset(
    "first last given family middle prefix birthplace free_text freetext national_insurance next_of_kin".split()  # noqa: SIM905
)
_DENIED_PARTS = (
    "birth",
    "surname",
    "forename",
    "email",
    "postcode",
    "telephone",
    "phone",
    "address",
    "medicare",
)
_DENIED_ENDING = re.compile(
    r"(first|last|full|given|family|middle|maiden|preferred|known|legal|patient|client|person|contact|kin|doctor|gp"
    r"|user|therapist|practitioner|clinician)names?"
)
# A name of these is no name of a person: "redcap_event_name".
_THINGS = frozenset(
    """event form instrument file type site clinic practice location business service item scale arm field variable
    column table sheet measure test exercise treatment programme program product code""".split()  # noqa: SIM905
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def denied_header(header: str) -> str:
    """The word of the list that a header holds, "" if none. The word is ours, so it may be shown."""
    plain = unicodedata.normalize("NFKD", header)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = _NOT_ALNUM.sub(" ", _CAMEL.sub(" ", plain).casefold().replace("ß", "ss")).split()
    if "_".join(words) in _DENIED_WHOLE:
        return " ".join(words)
    for before, word in zip(["", *words], words, strict=False):
        stem = word.rstrip("0123456789")
        if stem in ("name", "names") and before in _THINGS:
            continue
        if stem in _DENIED:
            return stem
        if found := next((part for part in _DENIED_PARTS if part in word), ""):
            return found
        if _DENIED_ENDING.fullmatch(stem):
            return "name"
    return next((part for part in _DENIED_PARTS if part in "".join(words)), "")


# --- forms of values

_EMAIL = re.compile(r"[^\s@<>,;:\"'()]+@[^\s@<>,;:\"'()]+\.[^\s@<>,;:\"'().]{2,}")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+[1-9](?:[ ().-]{0,3}\d){7,16}(?!\w)")
_NATIONAL = re.compile(r"(?<![\w.,:/-])\(?0[1-9][\d ().-]{7,14}\d(?![\w:/])")
_AMERICAN = re.compile(r"(?<![\w.-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}(?!\w)")
_GERMAN_MOBILE = re.compile("01[567]")
_DATE_INSIDE = re.compile(r"\d{1,2}[-.]\d{1,2}[-.]\d{2,4}|\d{4}[-.]\d{1,2}[-.]\d{1,2}")
_HEALTH_NUMBER = re.compile(r"(?<!\d)(?<!\d[ .-])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![ .-]?\d)")
_AREAS = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    "E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|"
    "LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|"
    "SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_OUTWARD = rf"(?:{_AREAS})\d[A-Z\d]?"
_POSTCODE = re.compile(
    rf"(?<![A-Z0-9])(?:{_OUTWARD}|GIR) +\d[ABD-HJLNP-UW-Z]{{2}}(?![A-Z0-9])", re.IGNORECASE
)
COMPACT_POSTCODE = re.compile(rf"(?<![A-Z0-9]){_OUTWARD}\d[ABD-HJLNP-UW-Z]{{2}}(?![A-Z0-9])", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[.:!?]?")
_BETWEEN_WORDS = re.compile(r"[\s,;/|]+")
BETWEEN_CODE_WORDS = re.compile(r"[_.-]+")
_DATE_FORMS = (
    re.compile(r"(?P<y>\d{4})([-./]?)(?P<m>\d\d)\2(?P<d>\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?"),
    re.compile(r"(?P<d>\d\d?)([-./])(?P<m>\d\d?)\2(?P<y>\d{4})"),
    re.compile(r"(?P<m>\d\d?)([-./])(?P<d>\d\d?)\2(?P<y>\d{4})"),
    re.compile(r"(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4})"),
)
EARLIEST_BIRTH, LATEST_BIRTH = 1900, 2100
LATEST_BIRTH_OF_A_RUNNER = 2015  # in a sentence a later date is more likely that of an event
_TITLE_AND_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Herr|Frau)\b\.? +[^\W\d_]", re.IGNORECASE)


def identifier_in(text: str) -> str:
    """The kind of identifier that a free text holds anywhere, "" if none."""
    return sure_kind(text, words=True) or _likely_kind(text)


def identifier_in_sentence(text: str) -> str:
    """The kind of identifier that a sentence somebody writes holds, "" if none; words alone are expected there."""
    kind = sure_kind(text, words=False) or _likely_kind(text)
    if not kind and _TITLE_AND_NAME.search(text):
        return "name"
    if not kind and any(is_date(word.strip(".,;:()"), LATEST_BIRTH_OF_A_RUNNER) for word in text.split()):
        return BIRTH
    return kind


def may_be_shown(text: str) -> bool:
    """Whether a file name, sheet name or header passes every test."""
    return identifier_in(text) == ""


def shown_file_name(name: str, number: int | None = None) -> str:
    """A file's name ("clinic.xlsx, sheet scores") as it may be shown: by its place if it may name a person."""
    bare = _TABLE_AFTER.sub("", name)
    parts = [text for part in bare.split(", sheet ") for text in (part, _ENDINGS.sub("", part))]
    if name.isprintable() and all(map(may_be_shown, parts)):
        return name
    return "the file" if number is None else f"file no. {number}"


def shown_header(header: str, position: int) -> str:
    """A header as it may be shown: by its place (counted from 0) if it is no plain name or may name a person.

    A date is none: where the header is missing, it may be somebody's.
    """
    plain = _PLAIN_HEADER.fullmatch(header) is not None and may_be_shown(header)
    plain = plain and not is_date(header, LATEST_BIRTH)
    return header if plain else f"no. {position + 1}"


_TABLE_AFTER = re.compile(r" \([a-z]+\)$")
_ENDINGS = re.compile(r"(\.\w{1,8})+$")
_PLAIN_HEADER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)


def stop_if_identifier(text: str, column: str, *, line: int = 1, words: bool = False) -> None:
    """For a cell of a mapped column that is refused on the way: its form may stop the file.

    Raises
    ------
    FileStop
        if the text is surely an identifier; `words` adds the test for names and free text.
    """
    kind = sure_kind(text, words=words)
    if kind:
        raise FileStop("identifiers", line=line, column=column, detail=kind)


def refuse_constant(text: str, place: str) -> None:
    """For a constant of a mapping file; `place` says where it stands.

    Raises
    ------
    IdentifiersFound
        if the text may be an identifier.
    """
    kind = identifier_in(text)
    if kind:
        raise IdentifiersFound(f"{place} looks like an identifier of a person ({kind}). Use a code.")


def sure_kind(text: str, *, words: bool) -> str:
    """Forms that nothing else has."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "@" in text and _EMAIL.search(text):
        return EMAIL
    if is_phone(text):
        return PHONE
    if _POSTCODE.search(text):
        return POSTCODE
    if words and words_in(text, _BETWEEN_WORDS) >= FEWEST_WORDS:
        return WORDS
    return ""


def _likely_kind(text: str) -> str:
    """Forms that plain codes may have too."""
    if any(has_check_digit("".join(found.group(1, 3, 4))) for found in _HEALTH_NUMBER.finditer(text)):
        return HEALTH_NUMBER
    if COMPACT_POSTCODE.search(text):
        return POSTCODE
    return PHONE if any(is_compact_phone(digits) for digits in re.findall(r"\d+", text)) else ""


def is_phone(text: str) -> bool:
    """A telephone number stands in the text."""
    if _INTERNATIONAL.search(text):
        return True
    if any(_grouped(found.group()) for found in _NATIONAL.finditer(text)):
        return True
    found = _AMERICAN.search(text)
    return found is not None and not _may_be_health_number(found.group())


def _may_be_health_number(text: str) -> bool:
    found = _HEALTH_NUMBER.search(text)  # (212) 555-0148 is none, whatever its last digit
    return found is not None and has_check_digit("".join(found.group(1, 3, 4)))


def _grouped(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    usual = len(digits) in (10, 11) or (len(digits) == 12 and _GERMAN_MOBILE.match(digits))
    return bool(usual) and len(digits) < len(text) and not _DATE_INSIDE.search(text)


def is_compact_phone(digits: str) -> bool:
    """Digits alone, as a national telephone number is written without blanks."""
    return len(digits) in (10, 11) and digits[0] == "0" and digits[1] != "0" and "00000" not in digits


def has_check_digit(digits: str) -> bool:
    """Whether ten digits end with the check digit of an NHS number (modulus 11)."""
    if len(digits) != 10 or not digits.isascii() or len(set(digits)) == 1:
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False))
    return (11 - rest % 11) % 11 == int(digits[9])


def words_in(text: str, between: re.Pattern[str]) -> int:
    """How many words, not numbers or codes, the text has."""
    return sum(1 for word in between.split(text) if _WORD.fullmatch(word))


def is_date(text: str, last_year: int) -> bool:
    """A date of a year from 1900 to `last_year`, in one of the usual forms."""
    for form in _DATE_FORMS:
        found = form.fullmatch(text)
        if found and EARLIEST_BIRTH <= int(found["y"]) <= last_year:
            try:
                date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                continue
            return True
    return False
