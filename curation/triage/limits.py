"""What this version of triage does not recognise. Reports show it beside their figures."""

LIMITS = """\
Recognised: phrases of a list, in English, also misspelled or disguised, with rules for denial, idioms, quotation,
general questions, who is spoken of, and the past; a yes or no to what the other asks; and, by a small trained model,
sentences that are like those that it learnt from (their evidence has the rule `level/model`).
NOT recognised: much that is told in words of one's own, above all a wish to be dead, and most metaphors; other
languages, irony, who is meant across many sentences; neglect, eating disorders, psychosis and intoxication. Severity
is by wording, not by a clinical interview. No clinician has checked the phrases, or the messages that the model
learnt from and was measured on.
The level orders the review queue. It is no assessment of a person, and an item without a level is not a safe one."""
