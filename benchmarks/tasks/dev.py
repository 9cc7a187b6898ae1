"""Tools and tasks that the policies are tuned on."""

from __future__ import annotations

from agentkit import ToolError, tool

POPULATIONS = {"france": 68, "brazil": 216, "canada": 40, "india": 1428}
LANGUAGES = {"brazil": "Portuguese", "france": "French", "india": "Hindi", "canada": "English"}
STOCK = {"hammer": 14, "drill": 3, "saw": 0, "ladder": 6}
BIRTHDAYS = {"anna": "4 March", "ben": "17 June", "carla": "30 November"}
SPANISH = {"house": "casa", "dog": "perro", "water": "agua", "good morning": "buenos días"}


@tool
def add(a: float, b: float) -> float:
    """Add two numbers.

    Args:
        a: The first number.
        b: The second number.
    """
    return round(a + b, 6)


@tool
def divide(dividend: float, divisor: float) -> float:
    """Divide one number by another.

    Args:
        dividend: The number to divide.
        divisor: The number to divide by.
    """
    if not divisor:
        raise ToolError("Nothing can be divided by zero.")
    return round(dividend / divisor, 4)


@tool
def feet_to_metres(feet: float) -> float:
    """Convert feet to metres.

    Args:
        feet: Length in feet.
    """
    return round(feet * 0.3048, 2)


@tool
def celsius_to_fahrenheit(degrees: float) -> float:
    """Convert a temperature from Celsius to Fahrenheit.

    Args:
        degrees: Temperature in degrees Celsius.
    """
    return round(degrees * 1.8 + 32, 1)


@tool
def to_upper_case(text: str) -> str:
    """Write a text in capital letters.

    Args:
        text: The text to convert.
    """
    return text.upper()


@tool
def count_words(text: str) -> int:
    """Count the words of a text.

    Args:
        text: The text to look at.
    """
    return len(text.split())


@tool
def population(country: str) -> str:
    """Look up how many people live in a country.

    Args:
        country: Name of the country.
    """
    if country.lower() not in POPULATIONS:
        raise ToolError(f"Nothing is known about {country!r}.")
    return f"{POPULATIONS[country.lower()]} million"


@tool
def official_language(country: str) -> str:
    """Look up the official language of a country.

    Args:
        country: Name of the country.
    """
    if country.lower() not in LANGUAGES:
        raise ToolError(f"Nothing is known about {country!r}.")
    return LANGUAGES[country.lower()]


@tool
def items_in_stock(item: str) -> int:
    """Tell how many pieces of an item the store has.

    Args:
        item: Name of the item, for example hammer.
    """
    if item.lower().removesuffix("s") not in STOCK:
        raise ToolError(f"The store does not sell {item!r}.")
    return STOCK[item.lower().removesuffix("s")]


@tool
def birthday(name: str) -> str:
    """Look up the birthday of a friend.

    Args:
        name: First name of the friend.
    """
    if name.lower() not in BIRTHDAYS:
        raise ToolError(f"There is no friend {name!r}.")
    return BIRTHDAYS[name.lower()]


@tool
def translate_to_spanish(text: str) -> str:
    """Translate an English word or phrase into Spanish.

    Args:
        text: What to translate.
    """
    if text.lower() not in SPANISH:
        raise ToolError(f"The dictionary does not have {text!r}.")
    return SPANISH[text.lower()]


@tool
def set_timer(minutes: int) -> str:
    """Start a countdown.

    Args:
        minutes: How long, in minutes.
    """
    return f"timer set to {minutes} minutes"


TOOLS = (
    add,
    divide,
    feet_to_metres,
    celsius_to_fahrenheit,
    to_upper_case,
    count_words,
    population,
    official_language,
    items_in_stock,
    birthday,
    translate_to_spanish,
    set_timer,
)

TASKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What is 145 plus 378?", ("523",)),
    ("Divide 144 by 12.", ("12",)),
    ("How much is 7.5 + 2.25?", ("9.75",)),
    ("How many metres are 6 feet?", ("1.83",)),
    ("Convert 25 degrees Celsius to Fahrenheit.", ("77",)),
    ('Write "open the gate" in capital letters.', ("OPEN THE GATE",)),
    ('How many words are in "the cat sat on the mat"?', ("6",)),
    ("How many people live in Brazil?", ("216",)),
    ("Which language do they speak in Canada?", ("English",)),
    ("How many ladders do you have?", ("6",)),
    ("Do you still have drills?", ("3",)),
    ("When is Ben's birthday?", ("17 June",)),
    ("What is the Spanish word for water?", ("agua",)),
    ("Wake me in 20 minutes.", ("20 minutes",)),
    ("Add 30 and 12, then divide the result by 6.", ("7",)),
    ("Translate house into Spanish and then write it in capital letters.", ("CASA",)),
    ("How many people live in France and in Canada?", ("68", "40")),
    ("When is Anna's birthday, and what is dog in Spanish?", ("4 March", "perro")),
    ("Hi there, how are you?", ()),
    ("Goodbye and thanks!", ()),
)
"""What is asked, and what the answer must have in it; nothing: no tool may run."""
