"""What the model says in the examples, written down: to run them without a model, and to test them.

Each function is a model runner of one example, named after it. Name one wherever a runner is named:

    AGENTKIT_RUNNER=examples/replies.py:first_tool python examples/01_first_tool.py
    agentkit run -m examples/replies.py:first_tool -t examples/01_first_tool.py "How much is 120 EUR in USD?"
"""

from agentkit.generation import Request
from agentkit.messages import ToolCall
from agentkit.runners.scripted import Scripted, call


def first_tool() -> Scripted:
    """A script is a list of replies: calls of tools, and texts."""
    return Scripted([call("convert", amount=120, source="EUR", target="USD"), "120 EUR are 129.60 USD."])


def watch_a_run() -> Scripted:
    return Scripted([call("population", city="Lisbon"), "About 546,000 people live in Lisbon."])


def toolset_with_state() -> Scripted:
    """Calls that fail are shown to the model, which can do better."""
    return Scripted(
        [
            call("remove_item", item="pears"),
            call("add_item", item="apples", count=6),
            "There were no pears, and 6 apples are on the list.",
        ]
    )


def typed_output() -> Scripted:
    """The first answer does not fit, the second does."""
    wrong = '{"result": {"number": "R-2041", "issued": "3 March", "total": 118.5, "currency": "EUR"}}'
    return Scripted([wrong, wrong.replace("3 March", "2026-03-03")])


def conversations() -> Scripted:
    """A reply may be a function of the request; `loop` starts again for the next run."""

    def reply(request: Request) -> str:
        said = " ".join(message.content for message in request.messages if message.role == "user")
        if "my name" in said:
            return "Your name is Ada." if "I am Ada" in said else "I do not know."
        return "Welcome to the library."

    return Scripted([reply], loop=True)


def context() -> Scripted:
    return Scripted([call("withdraw", amount=30), "Here are your 30 euros, Ada."])


def parallel_and_progress() -> Scripted:
    """A list of calls is one reply with several calls."""
    calls = [call("measure", sensor=sensor) for sensor in ("roof", "cellar", "garden")]
    return Scripted([calls, "31.5 °C on the roof, 12.0 °C in the cellar, 24.5 °C in the garden."])


def limits() -> Scripted:
    """Never content, until it may not call any more."""

    def reply(request: Request) -> ToolCall | str:
        return call("roll") if request.tools else "No luck so far."

    return Scripted([reply], loop=True)


def agent_as_tool() -> Scripted:
    """Both agents have a runner of their own from this function; the tools tell which of them asks."""

    def reply(request: Request) -> ToolCall | str:
        if request.messages[-1].role == "tool":
            return f"The answer is {request.messages[-1].content.split()[-1]}"
        if request.tools[0].name == "capital":
            return call("capital", country="Kenya")
        return call("ask_geographer", request="What is the capital of Kenya?")

    return Scripted([reply], loop=True)


def servers() -> Scripted:
    return Scripted([call("temperature", city="Oslo"), "It is -3 °C in Oslo."])


def many_machines() -> Scripted:
    def reply(request: Request) -> str:
        return f"It is an animal: the {request.messages[-1].content.split()[-1]}"

    return Scripted([reply], loop=True)


def approval() -> Scripted:
    """Tells what became of the call."""
    wanted = call("pay", recipient="Ada", euros=12)
    return Scripted([wanted, lambda request: f"The tool said: {request.messages[-1].content}"])


def serve() -> Scripted:
    return Scripted([call("find_book", title="Dune"), "Dune stands on shelf B 12."])
