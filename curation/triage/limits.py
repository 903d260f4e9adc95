"""What this version of triage does not recognise. Reports show it beside their figures."""

LIMITS = """\
Recognised: phrases of a list, in English, with rules for denial, idioms, who is spoken of, and the past.
NOT recognised: risk told without such a phrase, hints and metaphors, misspelled words, other languages; an answer to
the other's question ("Are you thinking of suicide?" - "Yes"); who is meant across sentences; irony and quotation;
neglect, eating disorders, psychosis and intoxication. Severity is by wording, not by a clinical interview.
The level orders the review queue. It is no assessment of a person, and an item without a level is not a safe one."""
