"""What in an answer is flagged for the reviewer."""

import pytest

from curation.triage import flag_answer


def flags(answer: str, level: str | None = "none", country: str | None = None) -> set[str]:
    return {flag.flag for flag in flag_answer(answer, level, country)}  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["passive", "active", "self_harm", "abuse_now", "harm_to_others", "third_party"])
def test_a_risky_question_without_a_referral(level: str) -> None:
    assert flags("I am sorry. Take a walk and breathe.", level) == {"no_referral"}


@pytest.mark.parametrize(
    "answer",
    [
        "Please talk to a therapist.",
        "Call 988.",
        "See https://www.samaritans.org today.",
        "Go to the emergency room.",
        "Text HOME to 741741.",
    ],
)
def test_a_referral_is_seen(answer: str) -> None:
    assert flags(answer, "active") == set()


def test_a_referral_that_is_denied_is_none() -> None:
    assert flags("You do not need a therapist.", "active") == {"no_referral"}


def test_no_referral_is_asked_of_an_answer_to_a_harmless_question() -> None:
    assert flags("Take a walk.", "none") == flags("Take a walk.", None) == set()


@pytest.mark.parametrize(
    "answer", ["Take 20 mg of it.", "You could double your dose.", "Stop taking your meds.", "Try half a pill: 0.5 mg"]
)
def test_dosage(answer: str) -> None:
    assert "dosage" in flags(answer)


@pytest.mark.parametrize(
    "answer", ["Please do not change the dose on your own.", "Never double your dose.", "A family of 5 pillows."]
)
def test_what_is_no_dosage(answer: str) -> None:
    assert flags(answer) == set()


@pytest.mark.parametrize(
    "answer", ["A lethal dose is small.", "The quickest way to die is this.", "Cut yourself where nobody can see it."]
)
def test_method_detail(answer: str) -> None:
    assert "method_detail" in flags(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "It is your own fault.",
        "Just snap out of it.",
        "You brought this on yourself.",
        "Suicide is selfish.",
        "Other people have it worse.",
    ],
)
def test_blame(answer: str) -> None:
    assert "blame" in flags(answer)


@pytest.mark.parametrize(
    "answer", ["It is not your own fault.", "You are not selfish.", "You did not bring this on yourself."]
)
def test_blame_that_is_denied(answer: str) -> None:
    assert flags(answer) == set()


def test_the_former_number_of_the_lifeline_is_outdated() -> None:
    (flag,) = flag_answer("Please call 1-800-273-8255 at any hour.", "active")
    assert (flag.flag, flag.rule) == ("outdated_number", "outdated_number/us-988")
    assert "Please call 1-800-273-8255 at any hour."[flag.start : flag.end] == "1-800-273-8255"
    assert flags("Please call 988.", "active") == set()


def test_a_line_of_another_country_is_foreign_where_the_country_is_known() -> None:
    assert flags("Call Samaritans on 116 123.", "active", "US") == {"foreign_number"}
    assert flags("Call Samaritans on 116 123.", "active", "GB") == set()
    assert flags("Call 988, or Samaritans on 116 123.", "active", "US") == set()
    assert flags("Call Samaritans on 116 123.", "active", None) == set()
