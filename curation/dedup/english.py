"""Closed classes of English: the words whose number is small and known, as any grammar lists them.

They say how much a difference between two texts can mean: an article more or less means nothing, a ``not`` everything. Open
classes (nouns, verbs, adjectives, names) are never listed here; what they mean is weighed by the corpus. Apostrophes
are left out, as the words of :mod:`curation.dedup.tokens` have none. Source: R. Huddleston and G. K. Pullum, "The Cambridge
Grammar of the English Language", 2002, chapters 3 (auxiliaries), 5 (determinatives, pronouns), 7 (prepositions).
"""

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor nowhere without hardly barely scarcely cannot nt non un".split()
)

PERSONS = {
    **dict.fromkeys("i me my mine myself".split(), 1),
    **dict.fromkeys("we us our ours ourselves".split(), 2),
    **dict.fromkeys("you your yours yourself yourselves u ur".split(), 3),
    **dict.fromkeys("he him his himself".split(), 4),
    **dict.fromkeys("she her hers herself".split(), 5),
    **dict.fromkeys("they them their theirs themselves".split(), 6),
}
"""Personal pronouns, with a number for each person: another person is another statement."""

NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half twice double "
    "triple once dozen first second third".split()
)

WEAK = frozenset(
    "a an the this that these those some any such each every "
    "and or but so if as than then because since while though although however also too either both "
    "of to in on at by for from with about into onto upon over through during among between within along around per via "
    "am is are was were be been being do does did doing have has had having will would shall should can could may might "
    "must ought it its itself there here what which who whom whose when where why how "
    "i me my we us our you your he him his she her they them their myself yourself themselves "
    "very really quite rather just even still already only much more most many lot lots bit little else again ever yet now "
    "something anything everything someone anyone everyone somebody anybody thing things way ways kind sort guess "
    "s m t d re ve ll".split()
)
"""Words that a text can have more or less of and say the same. Standing in for one another they count as any word does."""

FILLERS = frozenset(
    "um umm ummm uh uhh er erm hmm hm oh ooh ah aha well ok okay like yeah yep yes actually basically honestly literally "
    "please pls plz maybe perhaps anyway lol haha hey hi hello guys truly simply".split()
)

COURTESIES = frozenset(
    "hi hello hey dear greetings thank thanks thankyou thx sorry apologies apologise apologize regards sincerely cheers "
    "appreciated appreciate advice welcome edit edited update typo typos tldr bye goodbye hope helps wishes".split()
)
"""Words that make a greeting, a sign-off or a note of an edit."""

COURTESY_WORDS = COURTESIES | frozenset(
    "everyone everybody all there morning afternoon evening good excuse advance reading read helping help hopefully best kind "
    "warm please any anyone spelling formatting grammar english long post short first time poster throwaway mobile take care "
    "luck blessings love your my for in is of to a the this that be would so much very you on it with and".split()
)
"""Words that can stand beside those."""

_AUXILIARIES = "is are was were do does did have has had would could should might must need".split()

EXPANSIONS: dict[str, tuple[str, ...]] = {
    **{f"{word}nt": (word, "not") for word in _AUXILIARIES},
    **{f"{one}{two}": (one, full) for one in ("they", "you") for two, full in (("re", "are"), ("ve", "have"))},
    **{f"{one}ll": (one, "will") for one in ("you", "they", "it", "that", "there")},
    **{f"{one}d": (one, "would") for one in ("you", "they", "it", "that")},
    **{f"{one}s": (one, "is") for one in ("it", "that", "he", "she", "there", "what", "who", "where", "how", "here")},
    **{f"{one}ve": (one, "have") for one in ("i", "we", "would", "could", "should", "might")},
    "im": ("i", "am"),
    "cant": ("can", "not"),
    "cannot": ("can", "not"),
    "wont": ("will", "not"),
    "shant": ("shall", "not"),
    "aint": ("is", "not"),
    "lets": ("let", "us"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "kinda": ("kind", "of"),
    "dunno": ("do", "not", "know"),
    "u": ("you",),
    "ur": ("your",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "cuz": ("because",),
    "bc": ("because",),
    "coz": ("because",),
}
"""Contractions and spellings of the keyboard, each with the words that it stands for."""


def expanded(words: list[str]) -> list[str]:
    """``words`` with contractions written out."""
    return [part for word in words for part in EXPANSIONS.get(word, (word,))]
