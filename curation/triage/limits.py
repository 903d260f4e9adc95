"""What this version of triage does not recognise. Reports show it beside their figures."""

LIMITS = """\
Recognised: phrases of a list, in English, also misspelled or disguised, with rules for denial, idioms, quotation,
general questions, who is spoken of, and the past; a yes or no to what the other asks.
NOT recognised: risk told without such a phrase, above all a wish to be dead in words of one's own (about a third of
such messages were missed when it was measured); most metaphors, other languages, who is meant across sentences, irony;
neglect, eating disorders, psychosis and intoxication. Severity is by wording, not by a clinical interview. No clinician
has checked the phrase list or the messages that it was measured on.
The level orders the review queue. It is no assessment of a person, and an item without a level is not a safe one."""
