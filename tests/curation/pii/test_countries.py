"""A helpline's country stays beside it: without it a number helps nobody."""

import pytest

from curation.pii import scrub_text


@pytest.mark.parametrize(
    "text",
    [
        "I am glad you wrote. In the US call or text 988 now.",
        "In the US, call or text 988; in the UK and Ireland call Samaritans on 116 123.",
        "Call the National Domestic Violence Hotline at 1-800-799-7233 in America.",
    ],
)
def test_a_country_beside_a_helpline_stays(text: str) -> None:
    assert scrub_text(text).text == text


@pytest.mark.parametrize(
    ("text", "gone"),
    [("I live in the United States, in Columbus. Call 988.", "Columbus"), ("I moved to Oslo.", "Oslo")],
)
def test_a_town_goes_also_beside_a_helpline(text: str, gone: str) -> None:
    assert gone not in scrub_text(text).text
