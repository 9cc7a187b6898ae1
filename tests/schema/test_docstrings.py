"""What is read from docstrings of four styles, well formed and not."""

from __future__ import annotations

import pytest

from agentkit.schema.docstrings import first_paragraph, read_docstring

GOOGLE = """Send a message.

    It arrives at once.

    Args:
        to: Who gets it,
            by name.
        text (str, optional): What it says: anything.
        *more: Further texts.

    Keyword Args:
        urgent (bool): Whether it rings.

    Returns:
        An id.
    """
NUMPY = """Send a message.

    It arrives at once.

    Parameters
    ----------
    to : str
        Who gets it,
        by name.
    text : str, optional
        What it says: anything.
    *more
        Further texts.

    Other Parameters
    ----------------
    urgent : bool
        Whether it rings.

    Returns
    -------
    int
        An id.
    """
SPHINX = """Send a message.

    It arrives at once.

    :param to: Who gets it,
        by name.
    :param str text: What it says: anything.
    :param \\*more: Further texts.
    :keyword urgent: Whether it rings.
    :type urgent: bool
    :returns: An id.
    """
EPYTEXT = """Send a message.

    It arrives at once.

    @param to: Who gets it,
        by name.
    @param text: What it says: anything.
    @type text: str
    @param more: Further texts.
    @keyword urgent: Whether it rings.
    @return: An id.
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX, EPYTEXT], ids=["google", "numpy", "sphinx", "epytext"])
def test_every_style_is_read(text: str) -> None:
    assert read_docstring(text) == (
        "Send a message.\n\nIt arrives at once.",
        {
            "to": "Who gets it, by name.",
            "text": "What it says: anything.",
            "more": "Further texts.",
            "urgent": "Whether it rings.",
        },
    )


@pytest.mark.parametrize(
    "text",
    [
        "Do it.\n    Args:\n        a: An a.",
        "Do it.\n    :param a: An a.",
        "Do it.\n    @param a: An a.",
        "Do it.\n\n    Parameters\n    ----------\n    a\n        An a.",
    ],
)
def test_a_section_needs_no_blank_line_before_it(text: str) -> None:
    assert read_docstring(text) == ("Do it.", {"a": "An a."})


def test_a_docstring_may_be_missing_or_consist_of_one_section() -> None:
    assert read_docstring(None) == ("", {})
    assert read_docstring("") == ("", {})
    assert read_docstring("Args:\n        a: An a.\n        b: A b.\n") == ("", {"a": "An a.", "b": "A b."})


def test_text_after_the_sections_belongs_to_the_description() -> None:
    text = "Do it.\n\nArgs:\n    a: An a.\n\nNote:\n    Only once."
    assert read_docstring(text) == ("Do it.\n\nNote:\n    Only once.", {"a": "An a."})


def test_sections_that_describe_no_parameters_are_left_out() -> None:
    text = "Do it.\n\nRaises:\n    ValueError: Never.\n\nExample:\n    >>> do()\n"
    assert read_docstring(text) == ("Do it.", {})


def test_a_type_may_have_brackets_and_colons() -> None:
    text = "Do it.\n\nArgs:\n    a (dict[str, int]): An a: yes.\n    b (Callable[[int], str], optional): A b.\n"
    assert read_docstring(text)[1] == {"a": "An a: yes.", "b": "A b."}


def test_one_line_may_describe_several_parameters() -> None:
    assert read_docstring("Go.\n\nArgs:\n    x, y: Where to.")[1] == {"x": "Where to.", "y": "Where to."}
    numpy = "Go.\n\nParameters\n----------\nx, y : int\n    Where to.\n"
    assert read_docstring(numpy)[1] == {"x": "Where to.", "y": "Where to."}


@pytest.mark.parametrize(
    "text",
    [
        "Plain: with a colon\nand more: of them",
        "A list\n- of\n- things --- and dashes",
        "Returns the value at: the place",
        "Weird\n\n:not a field",
        "Mentions @decorators and :roles: only",
    ],
)
def test_what_has_no_sections_is_a_description(text: str) -> None:
    assert read_docstring(text) == (text, {})


@pytest.mark.parametrize(
    "text", ["Args:\n", "Do.\n\nArgs:\n", ":param\n", "@param", "X\n---\n", "Args:\n:", ":param a"]
)
def test_no_docstring_is_an_error(text: str) -> None:
    summary, described = read_docstring(text)
    assert isinstance(summary, str)
    assert isinstance(described, dict)


def test_the_first_paragraph_is_one_line() -> None:
    assert first_paragraph("A thing\n    of two lines.\n\n    More.\n") == "A thing of two lines."
    assert first_paragraph(None) == ""
