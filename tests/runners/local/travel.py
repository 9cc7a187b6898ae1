"""Two tools whose schemas have about everything: bounds, formats, patterns, lists and recursion."""

from __future__ import annotations

from agentkit.messages import ToolSpec

WEATHER = ToolSpec(
    "get_weather",
    "The weather forecast.",
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": 16},
            "unit": {"enum": ["celsius", "fahrenheit", None]},
        },
        "required": ["city", "days"],
    },
)
TRIP = ToolSpec(
    "plan-trip",
    "Plan a trip.",
    {
        "type": "object",
        "properties": {
            "start": {"type": "string", "format": "date"},
            "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$", "maxLength": 8},
            "stops": {"type": "array", "items": {"$ref": "#/$defs/stop"}, "minItems": 1, "maxItems": 2},
            "price": {"type": "number", "exclusiveMinimum": 0, "maximum": 99.5},
        },
        "required": ["start", "stops", "price"],
        "$defs": {
            "stop": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "then": {"$ref": "#/$defs/stop"}},
                "required": ["name"],
            }
        },
    },
)
