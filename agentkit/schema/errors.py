"""The error by which a call is refused before it is made."""


class ArgumentsError(Exception):
    """The arguments of a call do not fit; the text tells the model why, and what would."""
