"""What this version of de-identification does not find. Reports show it beside their figures."""

LIMITS = """\
Found by form: e-mail addresses, web addresses, telephone numbers (of the configured regions, North American and
international spellings, and what is announced as one), IP addresses, national insurance and tax numbers, credit cards,
IBANs, numbers of twelve digits and more, and a few licence and passport numbers.
Found by a cue beside them: names ("my name is ...", "my sister Anna", "Dr. Hill"), signatures with professional
letters, handles, record numbers, dates of birth, e-mail addresses spelled out. A name found once is masked in all of
its item.
NOT found: names that nothing announces, which is most names; places, addresses and post codes; employers and schools;
dates other than of birth; ages over 89; local telephone numbers of other regions, or written in words; whatever
identifies a person by the story alone. Cues are English; in other languages only what is found by form is masked.
Labels can be wrong where the mask is right: "Hi Texas," is masked as a name.
Numbers and sites of help organisations stay, also where they are wrong for the reader's country.
A reviewer must still read for personal data."""
