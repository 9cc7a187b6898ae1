"""The fields of the documented schemas, with the texts that the service publishes with them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def obj(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """The schema of an object, in the order in which the service writes it."""
    schema = {"type": "object", **more, "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def _text(description: str, **limits: int) -> Schema:
    return {"type": "string", **limits, "description": description}


def _number(kind: str, low: float, high: float, description: str, **default: float) -> Schema:
    return {"type": kind, **default, "minimum": low, "maximum": high, "description": description}


def _flag(description: str) -> Schema:
    return {"type": "boolean", "default": False, "description": description}


_STREAM = "If true, the response will be streamed back incrementally"
_TOP_P = (
    "the creativity of the AI's responses by {} how many possible words it considers. Lower values make outputs more "
    "predictable; higher values allow for more varied and creative responses."
)
STREAM = _flag(f"{_STREAM} using SSE, Server Sent Events.")
STREAM_SHORT = _flag(f"{_STREAM}.")
MAX_TOKENS = {
    "type": "integer",
    "default": 256,
    "description": "The maximum number of tokens to generate in the response.",
}
TEMPERATURE = _number(
    "number",
    0,
    5,
    "Controls the randomness of the output; higher values produce more random results.",
    default=0.6,
)
TOP_K = _number(
    "integer",
    1,
    50,
    "Limits the AI to choose from the top 'k' most probable words. Lower values make responses more focused; higher "
    "values introduce more variety and potential surprises.",
)
SEED = _number("integer", 1, 9_999_999_999, "Random seed for reproducibility of the generation.")


def top_p(low: float, high: float, text: str = "Adjusts " + _TOP_P.format("controlling")) -> Schema:
    """The field, whose range became narrower."""
    return _number("number", low, high, text)


TOP_P_OTHER = "Controls " + _TOP_P.format("adjusting")
"""What the Messages branch said of it in 2024."""


def penalties(low: float) -> Schema:
    """The three penalties; two of them may be negative in 2025."""
    repeated = "Penalty for repeated tokens; higher values discourage repetition."
    lines = "Decreases the likelihood of the model repeating the same lines verbatim."
    topics = "Increases the likelihood of the model introducing new topics."
    return {
        "repetition_penalty": _number("number", 0, 2, repeated),
        "frequency_penalty": _number("number", low, 2, lines),
        "presence_penalty": _number("number", low, 2, topics),
    }


def prompt(text: str = "The input text prompt for the model to generate a response.", **limits: int) -> Schema:
    """The prompt; characters were limited until tokens were."""
    return _text(text, **limits)


def messages(**limits: int) -> Schema:
    """The conversation."""
    fields = {
        "role": _text("The role of the message sender (e.g., 'user', 'assistant', 'system', 'tool')."),
        "content": _text("The content of the message as a string.", **limits),
    }
    items = obj(fields, ("role", "content"))
    told = "An array of message objects representing the conversation history."
    return {"type": "array", "description": told, "items": items}


RAW = _flag(
    "If true, a chat template is not applied and you must adhere to the specific model's expected formatting.",
)
LORA = _text("Name of the LoRA (Low-Rank Adaptation) model to fine-tune the base model.")
IMAGE = {
    "oneOf": [
        {
            "type": "array",
            "description": "An array of integers that represent the image data constrained to 8-bit unsigned integer "
            "values",
            "items": {"type": "number", "description": "A value between 0 and 255"},
        },
        {"type": "string", "format": "binary", "description": "Binary string representing the image contents."},
    ]
}
RESPONSE_FORMAT = {
    "title": "JSON Mode",
    **obj({"type": {"type": "string", "enum": ["json_object", "json_schema"]}, "json_schema": {}}),
}
FUNCTIONS = {
    "type": "array",
    "items": obj({"name": {"type": "string"}, "code": {"type": "string"}}, ("name", "code")),
}


def _tool(what: str, more: str) -> Schema:
    """A tool, or the function in one: name, description and parameters."""
    one = {
        "type": _text("The data type of the parameter."),
        "description": _text("A description of the expected parameter."),
    }
    parameters = obj(
        {
            "type": _text("The type of the parameters object (usually 'object')."),
            "required": {
                "type": "array",
                "description": "List of required parameter names.",
                "items": {"type": "string"},
            },
            "properties": {
                "type": "object",
                "description": "Definitions of each parameter.",
                "additionalProperties": obj(one, ("type", "description")),
            },
        },
        ("type", "properties"),
        description=f"Schema defining the parameters accepted by the {what}.",
    )
    fields = {
        "name": _text(f"The name of the {what}.{more}"),
        "description": _text(f"A brief description of what the {what} does."),
        "parameters": parameters,
    }
    return {"properties": fields, "required": ["name", "description", "parameters"]}


_WRAPPED = {
    "type": _text("Specifies the type of tool (e.g., 'function')."),
    "function": {"type": "object", "description": "Details of the function tool.", **_tool("function", "")},
}
TOOLS = {
    "type": "array",
    "description": "A list of tools available for the assistant to use.",
    "items": {
        "type": "object",
        "oneOf": [
            _tool("tool", " More descriptive the better."),
            {"properties": _WRAPPED, "required": ["type", "function"]},
        ],
    },
}
REFERENCE = _text(
    "User-supplied reference. This field will be present in the response as well it can be used to reference the "
    "request and response. It's NOT validated to be unique."
)

RESPONSE = _text("The generated text response from the model")
_ARGUMENTS = {"type": "object", "description": "The arguments passed to be passed to the tool call request"}
TOOL_CALLS = {
    "type": "array",
    "description": "An array of tool calls requests made during the response generation",
    "items": obj(
        {
            "arguments": {
                "type": "object",
                "description": "The arguments passed to be passed to the tool call request",
            },
            "name": _text("The name of the tool to be called"),
        }
    ),
}
USAGE = obj(
    {
        f"{what}_tokens": {"type": "number", "description": f"Total number of {told}", "default": 0}
        for what, told in (
            ("prompt", "tokens in input"),
            ("completion", "tokens in output"),
            ("total", "input and output tokens"),
        )
    },
    description="Usage statistics for the inference request",
)
REQUEST_ID = _text("The async request id that can be used to obtain the results.")
EVENTS = {"type": "string", "contentType": "text/event-stream", "format": "binary"}
