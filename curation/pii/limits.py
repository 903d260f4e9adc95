"""What this version of de-identification does not find. Reports show it beside their figures."""

LIMITS = """\
Found by form: e-mail addresses, web addresses, telephone numbers of the configured regions, IP addresses, national
insurance and tax numbers, credit cards, IBANs and a few licence and passport numbers. Found by a cue beside them: names
("my name is ...", "my sister Anna", "Dr. Hill"), signatures with professional letters, handles, record numbers, dates of
birth, e-mail addresses spelled out.
NOT found: names that nothing announces, which is most names; places, addresses and post codes; employers and schools;
dates other than of birth; ages over 89; telephone numbers of other regions or written in words; whatever identifies a
person by the story alone. Cues are English; in other languages only what is found by form is masked.
Numbers and sites of help organisations stay, also where they are wrong for the reader's country.
A reviewer must still read for personal data."""
