"""What de-identification finds and what it does not. Reports show it beside their figures."""

LIMITS = """\
Found by form: e-mail addresses, web addresses, telephone numbers (of the configured regions, North American and
international spellings, and what is announced as one), IP addresses, national insurance and tax numbers, credit cards,
IBANs, vehicle identification numbers, post codes, streets, written dates, numbers of twelve digits and more.
Found by a word beside them: record, member, account, licence and plate numbers, handles, ages over 89, e-mail addresses
spelled out, names after a greeting, a title, a relation or a signature, schools, clinics and employers.
Found by a name model: people, places and organisations in English text, also in lower case. A name found once is masked in
all of its item, in any case.
NOT found: one name in thirty or so (rare, misspelled, or everyday words); nicknames that are words; employers and schools
that nothing announces; months, weekdays and most years alone; whatever identifies a person by the story alone. In other
languages than English: names, places, streets, post codes, dates in words, and whatever a word announces.
Needlessly masked: a word here and there that looks like a name, and public figures outside the field.
Labels can be wrong where the mask is right. Numbers and sites of help organisations stay, also where they are wrong
for the reader's country. residual_risk says which items to read first. A reviewer must still read for personal data."""
