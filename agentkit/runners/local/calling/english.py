"""The English words that requests are read by: small words, question words, words for numbers and days."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STOP_WORDS = frozenset(
    _words(
        """a about after all also am an and any are as at be been but by can could did do does for from get give had has
        have he her hers him his how i if in into is it its just know let like made make many may me more most much my
        need no not now of off on one or our out over please said say see she should show so some tell than thanks that
        the their them then there these they this those to too up use using very want was we were what when where which
        while who will with would yes you your what's it's i'm i'd there's"""
    )
)
"""Words that tell nothing of what is asked for."""

NO_START = frozenset(_words("in on at of from with by into to and or than is are was does do as per me"))
"""Words that no value starts with."""
NO_END = frozenset(
    _words(
        """in on at of from with by into to and or than is are was a an the for my your our this that about as it i
        please"""
    )
)
"""Words that no value ends with."""
SEPARATORS = frozenset(_words(", and or & plus"))
"""What parts the values of a list."""
SENTENCE_ENDS = frozenset(_words(". ? ! : ;"))
INSIDE_NAMES = frozenset(_words("of the de da del la le van von"))
"""Small words within a name, as in Bank of England."""
TOGETHER = frozenset(_words("with between plus"))
"""What stands after these belongs to one thing: a pizza with ham and cheese."""
CALLED = frozenset(_words("called named titled labelled labeled"))
"""What stands after these is a name."""
PLACES = frozenset(_words("in at for from to of on with by about into called named"))
"""What stands after these may be a value, where nothing else is one."""
NEGATIONS = frozenset(_words("no not without don't dont never except"))
ASKING = frozenset(
    _words(
        """what what's how who where when which why is are does do can could tell show give find get set send calculate
        compute convert add make create remind book play search look check translate count write read list open turn put
        order"""
    )
)
"""Words that a new request within a sentence starts with."""

NAMES_FROM = frozenset(_words("from source origin start departure base begin sender"))
NAMES_TO = frozenset(_words("to into target destination end arrival quote recipient receiver"))
"""Names of parameters for where something comes from, and where it goes."""
SAID_FROM = frozenset(_words("from"))
SAID_TO = frozenset(_words("to into in"))
"""What stands before such values."""

ONES = _words(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen"""
)
TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
MONTHS = _words("january february march april may june july august september october november december")
DAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
