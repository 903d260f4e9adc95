"""Which licences go under which, by what the licences themselves say."""

import pytest

from exports.licences import alternatives, conflicts, known_terms, licence_of_generator
from schemas.licenses import spdx

ALLOWED = [
    ("MIT", "Apache-2.0"),
    ("CC0-1.0", "MIT"),
    ("CC-BY-4.0", "CC-BY-NC-4.0"),
    ("CC-BY-NC-4.0", "CC-BY-NC-4.0"),
    ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"),
    ("CC-BY-SA-3.0", "CC-BY-SA-4.0"),
    ("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
    ("CC-BY-SA-4.0", "CC-BY-SA-4.0 AND MIT"),
    ("CC-BY-NC-4.0 OR MIT", "MIT"),
    ("LicenseRef-Llama-3.1-Community", "MIT AND LicenseRef-Llama-3.1-Community"),
]
REFUSED = [
    ("CC-BY-NC-4.0", "MIT", "noncommercial"),
    ("CC-BY-NC-4.0", "CC-BY-NC-4.0 OR MIT", "noncommercial"),
    ("CC-BY-SA-4.0", "MIT", "share_alike"),
    ("CC-BY-SA-4.0", "CC-BY-SA-3.0", "share_alike"),
    ("CC-BY-SA-4.0", "CC-BY-SA-4.0 AND CC-BY-NC-4.0", "share_alike"),
    ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", "share_alike"),
    ("CC-BY-ND-4.0", "CC-BY-ND-4.0", "no_derivatives"),
    ("MIT AND CC-BY-NC-4.0", "MIT", "noncommercial"),
    ("LicenseRef-Llama-3.1-Community", "MIT", "terms"),
    ("LicenseRef-mine", "MIT", "unknown"),
]


@pytest.mark.parametrize(("source", "declared"), ALLOWED)
def test_allowed(source: str, declared: str) -> None:
    assert conflicts(source, declared) == []


@pytest.mark.parametrize(("source", "declared", "kind"), REFUSED)
def test_refused(source: str, declared: str, kind: str) -> None:
    assert [conflict.kind for conflict in conflicts(source, declared)] == [kind]


def test_the_table_names_licences_by_spdx_and_says_where_it_read_them() -> None:
    for name, terms in known_terms().items():
        assert spdx(name) == name
        assert terms.source.startswith("https://")
        assert set(terms.also) <= known_terms().keys()


def test_what_llama_wrote_goes_on_under_its_terms() -> None:
    assert licence_of_generator("meta-llama/Llama-3.2-1B-Instruct") == "LicenseRef-Llama-3.2-Community"
    assert licence_of_generator("Meta Llama 3 70B") == "LicenseRef-Llama-3-Community"
    assert licence_of_generator("GPT-4") is None
    assert licence_of_generator(None) is None


def test_expressions_are_taken_apart() -> None:
    assert alternatives("A AND (B OR C)") == [frozenset("AB"), frozenset("AC")]
    assert alternatives("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT") == [
        frozenset({"GPL-2.0-only WITH Classpath-exception-2.0"}),
        frozenset({"MIT"}),
    ]
