"""What scrubbing masks, what it keeps, and what it leaves alone."""

import csv
import json
from pathlib import Path

import pytest

from curation.pii import scrub_items, scrub_text
from schemas.config import PIIConfig

DATA = Path(__file__).parents[4] / "shared" / "data"


def masked(text: str, **config: list[str]) -> list[tuple[str, str]]:
    return [
        (span.label, text[span.start : span.end]) for span in scrub_text(text, PIIConfig.model_validate(config)).spans
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mail me: jo.doe+help@example.co.uk!", [("EMAIL", "jo.doe+help@example.co.uk")]),
        ("write to john at gmail dot com", [("EMAIL", "john at gmail dot com")]),
        ("You can reach me at (514) 690-2469.", [("PHONE", "(514) 690-2469")]),
        ("ring 020 7946 0018 after six", [("PHONE", "020 7946 0018")]),
        ("it is 404.293.5654 x12 at the desk", [("PHONE", "404.293.5654 x12")]),
        ("my number is +41 44 668 18 00", [("PHONE", "+41 44 668 18 00")]),
        ("see www.LivingYes.org.Be well", [("URL", "www.LivingYes.org")]),
        ("read https://example.com/a/b?c=1.", [("URL", "https://example.com/a/b?c=1")]),
        ("I posted from 192.168.13.20", [("IP", "192.168.13.20")]),
        ("my social security number is 536-22-1234", [("SSN", "536-22-1234")]),
        ("she paid with 4111 1111 1111 1111", [("ID", "4111 1111 1111 1111")]),
        ("IBAN GB82 WEST 1234 5698 7654 32", [("ID", "GB82 WEST 1234 5698 7654 32")]),
        ("patient number 88-31207", [("ID", "88-31207")]),
        ("I was born on 3 May 1987", [("DATE", "3 May 1987")]),
        ("I'm @sam_b99 there", [("USERNAME", "@sam_b99")]),
        ("my name is sarah", [("PERSON", "sarah")]),
        ("Hello , my name is Jonathan . May I ask", [("PERSON", "Jonathan")]),
        ("my brother Will is gone", [("PERSON", "Will")]),
        ("Hello, my name is DJ, who are you?", [("PERSON", "DJ")]),
        ("Everyone calls me T.J. at work", [("PERSON", "T.J.")]),
        ("I asked Dr. Beck, my GP", [("PERSON", "Beck")]),
        ("I told Dr Pole about my sleep", [("PERSON", "Pole")]),
        ("Miss North said so", [("PERSON", "North")]),
        ("The plane was in US airspace, said Russia", [("LOCATION", "US"), ("LOCATION", "Russia")]),
        ("He left the United States.", [("LOCATION", "United States")]),
        ("Warmly, Karen Keys, LMHC", [("PERSON", "Karen Keys")]),
    ],
)
def test_personal_data_is_masked(text: str, found: list[tuple[str, str]]) -> None:
    assert masked(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "I'm 34 and my PHQ-9 score is 21, up from 18.",
        "I take 100 mg at 10:30, 3 to 5 times a week, 24/7.",
        "It began in 2020, or 2014-2016, and cost $1,234,567,890.",
        "On a scale of 1 2 3 4 5 6 7 8 9 10 11 12 I am at 3.",
        "ISBN 978-0-393-30707-7",
        "Beck, Rogers and Dr. Gottman wrote on CBT; Wellbutrin and EMDR helped.",
        "My name is on the lease. My name is being dragged through the mud.",
        "I am alone.In the evening I go home.My wife waits.",
        "My mother God bless her said so. My friend Monday was hard.",
        "Hi there, Dear all, Hello Everyone,",
        "Many Americans watch the Senate and NASA on CNN, my Australian uncle too.",
        "Photo: the garden. Update: I slept.",
        "thank you for udnerstanding . i felt it befor",
        "hello, is anone there? iam ajust to my life. cheers mate",
        "Merry Christmas! The Vice President went cold turkey. My name is OK.",
        "I sell on Etsy and work on MTurk. Pride is not my issue.",
        "He slept in the driveway. I am a License Professional Counselor.",
        "I feel :: strange, 50/50, at 100%.",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    assert scrub_text(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        *["988", "9-1-1", "911", "999", "112", "000", "111", "741741", "85258", "13 11 14", "116 123", "0800 58 58 58"],
        *[
            "1-800-273-8255",
            "1-800-273-TALK",
            "1-800-273-TALK (8255)",
            "(800) 273-8255",
            "+1 800 273 8255",
            "800.273.8255",
        ],
        *["1-800-799-7233", "1-800-799-SAFE", "1-800-656-4673", "1-800-662-4357", "0800 1111", "1-866-488-7386"],
        *["1-800-4-A-CHILD (1-800-422-4453)", "+44 116 123", "+91 98204 66726", "1800 55 1800", "1300 22 4636"],
        *["samaritans.org", "https://988lifeline.org/chat/", "www.suicidepreventionlifeline.org", "crisistextline.org"],
        *[
            "findahelpline.com",
            "befrienders.org",
            "https://www.nami.org/help",
            "samhsa.gov",
            "rainn.org",
            "thehotline.org",
        ],
        "jo@samaritans.org",
    ],
)
def test_lines_and_sites_of_help_stay_and_are_counted(line: str) -> None:
    text = f"If it gets worse, please call {line} at any time."
    scrubbed = scrub_text(text)
    assert scrubbed.text == text
    assert scrubbed.kept
    assert all(span.source.startswith("help") for span in scrubbed.kept)


def test_a_counsellors_own_number_beside_a_crisis_line_goes() -> None:
    scrubbed = scrub_text("Call 1-800-273-8255, 988 or me at 787-466-5478; not 1-800-273-8266.")
    assert scrubbed.text == "Call 1-800-273-8255, 988 or me at [PHONE_1]; not [PHONE_2]."


def test_the_same_value_has_one_placeholder_in_all_turns() -> None:
    turns = {
        "turns.0.text": "My name is Sarah, call (212) 555-0198.",
        "turns.1.text": "Hi Sarah, is 212-555-0198 or 212-555-0177 yours?",
    }
    scrubbed = scrub_items([turns], PIIConfig(), ["en"])[0]
    assert [of_turn.text for of_turn in scrubbed.values()] == [
        "My name is [PERSON_1], call [PHONE_1].",
        "Hi [PERSON_1], is [PHONE_1] or [PHONE_2] yours?",
    ]


def test_items_are_numbered_apart() -> None:
    first, second = scrub_items([{"text": "a@b.com"}, {"text": "c@d.com"}], PIIConfig(), ["en", "en"])
    assert (first["text"].text, second["text"].text) == ("[EMAIL_1]", "[EMAIL_1]")


def test_numbers_go_on_above_placeholders_that_were_there() -> None:
    assert scrub_text("[PHONE_2] or 212-555-0198").text == "[PHONE_2] or [PHONE_3]"


def test_what_the_configuration_keeps_stays_and_is_counted() -> None:
    scrubbed = scrub_text(
        "Call 0131 496 0123 or see ourclinic.org/help.", PIIConfig(keep=["+0131-496-0123", "ourclinic.org"])
    )
    assert scrubbed.spans == []
    assert [span.source for span in scrubbed.kept] == ["config", "config"]


def test_cues_are_english_and_forms_are_not() -> None:
    assert scrub_text("我的电话是13800138000", language="zh").text == "我的电话是[PHONE_1]"
    assert scrub_text("my name is sarah", language="de").spans == []


@pytest.mark.parametrize("language", ["de", "fr-CH", "zh"])
@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("anna.berg@beispiel.de", "EMAIL"),
        ("anna (at) beispiel.de", "EMAIL"),
        ("https://www.anna-berg.de/x", "URL"),
        ("@anna_berg93", "USERNAME"),
        ("u/annaberg", "USERNAME"),
        ("+49 171 2345678", "PHONE"),
        ("0171 2345678", "PHONE"),
        ("192.168.1.44", "IP"),
        ("2001:db8:85a3::8a2e:370:7334", "IP"),
        ("DE89 3704 0044 0532 0130 00", "ID"),
        ("4111 1111 1111 1111", "ID"),
        ("1HGCM82633A004352", "ID"),
        ("AB123456C", "SSN"),
        ("12.05.1985", "DATE"),
        ("1985-05-12", "DATE"),
    ],
)
def test_what_has_a_form_of_its_own_is_masked_in_every_language(value: str, label: str, language: str) -> None:
    scrubbed = scrub_text(f"Margaret: {value} !", language=language)
    assert scrubbed.text == f"Margaret: [{label}_1] !"


def test_regions_decide_which_bare_numbers_are_telephones() -> None:
    assert masked("0131 496 0123", regions=["GB"]) == [("PHONE", "0131 496 0123")]
    assert masked("0131 496 0123", regions=["US"]) == []


@pytest.mark.skipif(not DATA.is_dir(), reason=f"needs the sources in {DATA}")
def test_counselchat_loses_its_therapists_number_and_keeps_its_crisis_lines() -> None:
    path = DATA / "sources/counsel_chat/20200325_counsel_chat.csv"
    with path.open(encoding="utf-8", newline="") as file:
        answers = [row["answerText"] for row in csv.DictReader(file)]
    with_number = [answer for answer in answers if "466-5478" in answer]
    assert len(with_number) > 10
    lines = ("273-8255", "988", "741741", "911", "9-1-1", "422-4453", "488-7386")
    texts = [answer for answer in answers if answer in with_number or any(line in answer for line in lines)]
    for before, item in zip(
        texts, scrub_items([{"answer": text} for text in texts], PIIConfig(), ["en"] * len(texts)), strict=True
    ):
        after = item["answer"].text
        assert "466-5478" not in after
        assert [after.count(line) for line in lines] == [before.count(line) for line in lines]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"needs the labelled sets in {DATA}")
def test_on_template_sentences_forms_are_found_and_little_else_is_masked() -> None:
    lines = (DATA / "pii/presidio_v2.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    scrubbed = scrub_items([{"text": row["text"]} for row in rows], PIIConfig(), ["en"] * len(rows))
    least = {"EMAIL": 0.99, "URL": 0.99, "IP": 0.99, "SSN": 0.99, "ID": 0.95, "PHONE": 0.7}
    for label, share in least.items():
        hits = [
            any(found.start <= span["start"] and span["end"] <= found.end for found in of_row["text"].spans)
            for row, of_row in zip(rows, scrubbed, strict=True)
            for span in row["spans"]
            if span["label"] == label
        ]
        assert sum(hits) / len(hits) >= share, label
    clean = [of_row["text"] for row, of_row in zip(rows, scrubbed, strict=True) if not row["spans"]]
    assert sum(of_row.spans != [] for of_row in clean) <= 0.1 * len(clean)
