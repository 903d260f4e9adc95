"""Rule ``detokenized_spacing``: text that a word tokenizer took apart ("it ' s late , I can ' t sleep .") joined again.

Some corpora are published as one model's preprocessing left them. A model fine-tuned on such text writes the same way.
Only text that is spaced so throughout is touched. Spaced hyphens stay unless they stand in a known compound, since a
dash between clauses looks the same.
"""

import re

_SPACED = re.compile(r"[\w)\"] [.,?!](?=\s|$)|\w ' (?:s|t|m|d|re|ve|ll)\b|(?<!\S)[:;] [()](?!\S)", re.IGNORECASE)
_NATURAL = re.compile(r"[^\W_][.,?!](?=\s|$)")
_COMPOUND = (
    r"ex|bi|mid|covid|part|full|follow|break|well|kind|so|x|al|drop|check|long|short|"
    r"old|high|low|first|second|one|two|three|no|in|year|day|up|on"
)
_COMPOUND_END = (
    r"workers?|profits?|esteem|care|help|doubt|worth|reflection|improvement|conscious|confidence|stop|time|being|one|"
    r"old|off|up|ups|down|downs|law|laws|anon|called|mas|hearted|wife|husband|girlfriends?|boyfriends?|friends?|"
    r"depressants?|anxiety|west|polar|term|out|insurance|workouts?|pay|line|to|school|risk|19|quality|class|by"
)
_NO_COMPOUND = r"and|but|that|this|the|they|she|his|her|you|who|what|when|not|just|maybe"
_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), repair)
    for pattern, repair in (
        (r"(?<=\w) ' (?=(?:s|t|m|d|re|ve|ll|all|clock)\b)", "'"),
        # smileys first, for their colon is no punctuation
        (r"(?<!\S)([:;=]) ?(['^-]? ?)([()DP])(?!\S)", r"\1\3"),
        # numbers: telephone lines, ranges, dates, thousands, money
        (r"(?<=\d) ([-/:]) (?=\d)", r"\1"),
        (r"(?<=\b\d) ([.,]) (?=\d{3}\b)", r"\1"),
        (r"(?<=\b\d) \. (?=\d{1,2}\b(?! \. \d))", "."),
        (r"([$#£€]) (?=\d)", r"\1"),
        (r"(?<=\d) %", "%"),
        # addresses
        (r"\b(https?) : / / ", r"\1://"),
        (r"\bwww \. (?=\w)", "www."),
        (r"(?<=\w) \. (?=(?:com|org|net|gov|edu)\b(?! \w+ ' ))", "."),
        (r"\b([eiuap]) \. ([egsm]) \.", r"\1.\2."),
        (rf"\b(self|non|pre|anti|semi|multi|co) - (?=[^\W\d_]{{3}})(?!(?:{_NO_COMPOUND})\b)", r"\1-"),
        (rf"\b({_COMPOUND}) - (?=(?:{_COMPOUND_END})\b)", r"\1-"),
        (r"(?<=[^\W\d_]) / (?=[^\W\d_])", "/"),
        (r"(?<=\S) +(?=[.,?!;:](?![()DP](?!\w))(?:\s|$))", ""),
        (r"(?<!\S)\( (?=\S)", "("),
        (r"(?<=[\w.,?!)]) \)", ")"),
    )
)
_QUOTED = re.compile(r'" ([^"\n]*?) "')


def detokenized_spacing(text: str) -> str:
    """``text`` with its punctuation where it belongs; as it is unless all of it is spaced as a tokenizer leaves it."""
    if not _SPACED.search(text) or _NATURAL.search(text):
        return text
    for pattern, repair in _REPAIRS:
        text = pattern.sub(repair, text)
    return _QUOTED.sub(r'"\1"', text) if text.count('"') % 2 == 0 else text
