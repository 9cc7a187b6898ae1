"""Tools and tasks that are only measured, never tuned on."""

from __future__ import annotations

from datetime import date

from agentkit import ToolError, tool

PRICES = {"apple": 0.4, "bread": 2.75, "milk": 1.19, "cheese": 4.5, "rice": 1.85}
CAPITALS = {"kenya": "Nairobi", "japan": "Tokyo", "peru": "Lima", "norway": "Oslo", "egypt": "Cairo"}
WEATHER = {"nairobi": "24 degrees, sunny", "oslo": "3 degrees, snow", "lima": "19 degrees, fog", "tokyo": "rain"}
PHONES = {"maria": "555-0142", "tom": "555-0177", "aisha": "555-0190"}


def _look_up(table: dict[str, str], key: str) -> str:
    if key.lower() not in table:
        raise ToolError(f"There is nothing about {key!r}.")
    return table[key.lower()]


@tool
def multiply(a: float, b: float) -> float:
    """Multiply two numbers.

    Args:
        a: The first factor.
        b: The second factor.
    """
    return round(a * b, 6)


@tool
def subtract(a: float, b: float) -> float:
    """Subtract one number from another.

    Args:
        a: The number to subtract from.
        b: The number that is subtracted.
    """
    return round(a - b, 6)


@tool
def miles_to_km(miles: float) -> float:
    """Convert miles to kilometres.

    Args:
        miles: Distance in miles.
    """
    return round(miles * 1.609344, 2)


@tool
def kg_to_pounds(kilograms: float) -> float:
    """Convert a weight from kilograms to pounds.

    Args:
        kilograms: Weight in kilograms.
    """
    return round(kilograms * 2.20462, 2)


@tool
def fahrenheit_to_celsius(degrees: float) -> float:
    """Convert a temperature from Fahrenheit to Celsius.

    Args:
        degrees: Temperature in degrees Fahrenheit.
    """
    return round((degrees - 32) / 1.8, 1)


@tool
def reverse_text(text: str) -> str:
    """Reverse the letters of a text.

    Args:
        text: The text to reverse.
    """
    return text[::-1]


@tool
def count_characters(text: str) -> int:
    """Count the characters of a text.

    Args:
        text: The text to look at.
    """
    return len(text)


@tool
def price_of(product: str) -> float:
    """Look up the price of a product in the shop.

    Args:
        product: Name of the product, for example bread.
    """
    name = product.lower().removesuffix("s")
    if name not in PRICES:
        raise ToolError(f"The shop has no {product!r}.")
    return PRICES[name]


@tool
def capital_of(country: str) -> str:
    """Look up the capital of a country.

    Args:
        country: Name of the country, for example Peru.
    """
    return _look_up(CAPITALS, country)


@tool
def weather_in(city: str) -> str:
    """Tell the weather in a city.

    Args:
        city: Name of the city, for example Paris.
    """
    return _look_up(WEATHER, city)


@tool
def phone_number(name: str) -> str:
    """Look up the phone number of a person.

    Args:
        name: First name of the person.
    """
    return _look_up(PHONES, name)


@tool
def weekday(day: date) -> str:
    """Tell on which day of the week a date falls.

    Args:
        day: The date.
    """
    return f"{day:%A}"


TOOLS = (
    multiply,
    subtract,
    miles_to_km,
    kg_to_pounds,
    fahrenheit_to_celsius,
    reverse_text,
    count_characters,
    price_of,
    capital_of,
    weather_in,
    phone_number,
    weekday,
)

TASKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("What is 23 times 17?", ("391",)),
    ("Multiply 4.5 by 12.", ("54",)),
    ("Subtract 289 from 723.", ("434",)),
    ("How many kilometres are 26.2 miles?", ("42.16",)),
    ("I weigh 80 kilograms. How many pounds is that?", ("176.37",)),
    ("What is 98.6 degrees Fahrenheit in Celsius?", ("37",)),
    ('Reverse the text "stressed".', ("desserts",)),
    ('How many characters does "hello world" have?', ("11",)),
    ("What does cheese cost?", ("4.5",)),
    ("How much is the bread?", ("2.75",)),
    ("What is the capital of Kenya?", ("Nairobi",)),
    ("Is it raining in Tokyo?", ("rain",)),
    ("What's Maria's phone number?", ("555-0142",)),
    ("Which day of the week was 20 July 1969?", ("Sunday",)),
    ("Multiply 6 by 7, then subtract 2 from the result.", ("40",)),
    ("Find the capital of Norway and then tell me the weather there.", ("3 degrees",)),
    ("What are the prices of milk and rice?", ("1.19", "1.85")),
    ('Reverse "drawer" and count the characters of "banana".', ("reward", "6")),
    ("Good morning!", ()),
    ("Thank you, that helped a lot.", ()),
)
"""What is asked, and what the answer must have in it; nothing: no tool may run."""
