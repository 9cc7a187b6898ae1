"""Models of the catalogue on a server, whose templates know no tools and refuse what does not fit them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agentkit import Agent, tool
from agentkit.errors import BadRequestError
from agentkit.generation import Request
from agentkit.messages import Message, ToolSpec
from agentkit.runners.known_models import ABILITIES, known_model
from agentkit.runners.local.templating.abilities import probe
from agentkit.runners.local.templating.built_in import BUILT_IN, TOKENS
from agentkit.runners.local.templating.template import ChatTemplate, TemplateRefusalError
from agentkit.runners.openai import OpenAIRunner

from .llama_server import llama_servers
from .loopback import Seen, Step, events, reply, serve
from .strict_servers import STRICT

ADD = ToolSpec(
    "add_one",
    "Add one to a number.",
    {
        "type": "object",
        "properties": {"number": {"type": "integer", "description": "The number."}},
        "required": ["number"],
    },
)
SUB = ToolSpec("sub_one", "Take one off.", ADD.parameters)
MODELS = {
    "chatml": "Qwen/Qwen1.5-14B-Chat-AWQ",
    "llama2": "@hf/thebloke/llama-2-13b-chat-awq",
    "codellama": "codellama-7b-instruct-awq",
    "mistral": "mistral-7b-instruct-v0.1",
}
anyio = pytest.mark.anyio
each = pytest.mark.parametrize("template", MODELS)


@tool
def add_one(number: int) -> str:
    """Add one to a number.

    Args:
        number: The number.
    """
    return f"{number + 1}"


def runner(model: str, url: str = "http://models.test", server: str = "vllm") -> OpenAIRunner:
    return OpenAIRunner(model, base_url=f"{url}/v1", server=server)


def sent(request: Request, model: str = MODELS["mistral"]) -> Any:
    return json.loads(runner(model).sent(request).body)


def vllm(template: str, said: list[str]) -> Any:
    """vLLM with the real prompt format: what that refuses is a 400, and tools are not seen. It says one after another.

    So it is in vLLM's `apply_chat_template`, whose errors become a `BadRequestError` body.
    """
    rendering = ChatTemplate(BUILT_IN[template], TOKENS[template])

    def answer(request: Seen) -> Sequence[Step]:
        body = request.json
        refusal = STRICT["vllm"].refusal(body)
        try:
            rendering.render(body["messages"], [])
        except TemplateRefusalError as error:
            refusal = {"object": "error", "message": str(error), "type": "BadRequestError", "code": 400}
        if refusal:
            return reply(refusal, 400)
        choice = {"index": 0, "delta": {"content": said.pop(0)}, "finish_reason": "stop"}
        return events({"choices": [choice]})

    return answer


@each
def test_what_a_format_takes_is_what_it_does_take(template: str) -> None:
    found = probe(ChatTemplate(BUILT_IN[template], TOKENS[template]))
    ours = ABILITIES[template]
    for name in ("system", "system_later", "assistant_first", "tools", "calls", "parts"):
        assert getattr(ours, name) == getattr(found, name), name


@each
@anyio
async def test_an_agent_with_a_tool_runs_on_a_format_that_knows_none(template: str) -> None:
    said = ['I add.\n<tool_call>\n{"name": "add_one", "arguments": {"number": 3}}\n</tool_call>', "It is 4."]
    async with serve(vllm(template, said)) as server:
        agent = Agent(runner(MODELS[template], server.url), tools=[add_one], instructions="Be brief.")
        async with agent:
            result = await agent.run("Add one to 3.")
    assert result.response == "It is 4."
    assert [message.role for message in result.messages[-3:]] == ["assistant", "tool", "assistant"]
    first, second = (request.json["messages"] for request in server.requests)
    assert "Be brief." in first[0]["content"]
    assert '"name": "add_one"' in first[0]["content"]
    assert '{"name": "add_one", "arguments": {"number": 3}}' in second[-2]["content"]
    assert second[-1] == {"role": "user", "content": "Result of add_one: 4"}


@anyio
async def test_without_the_catalogue_that_format_refuses_the_conversation() -> None:
    """Otherwise the test above would show nothing."""
    async with serve(vllm("mistral", ["Hello"])) as server:
        agent = Agent(runner("some/mistral", server.url), tools=[add_one], instructions="Be brief.")
        with pytest.raises(BadRequestError):
            async with agent:
                await agent.run("Add one to 3.")


@pytest.mark.parametrize("choice", ["required", "any", "add_one"])
def test_a_call_that_must_be_made_is_the_schema_of_the_answer(choice: str) -> None:
    body = sent(Request([Message("user", "Hi")], (ADD, SUB), choice))
    schema = body["response_format"]["json_schema"]["schema"]
    names = [call["properties"]["name"]["const"] for call in schema.get("anyOf", [schema])]
    assert names == (["add_one"] if choice == "add_one" else ["add_one", "sub_one"])
    assert "tools" not in body
    assert "tool_choice" not in body


def test_where_no_tool_may_be_called_none_is_told_of() -> None:
    body = sent(Request([Message("user", "Hi")], (ADD,), "none", output_schema=None))
    assert body["messages"] == [{"role": "user", "content": "Hi"}]


def test_a_schema_of_the_answer_stays() -> None:
    body = sent(Request([Message("user", "Hi")], output_schema={"type": "object"}))
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_whoever_takes_no_calls_as_text_gets_them_from_the_server_or_not_at_all() -> None:
    assert len(sent(Request([Message("user", "Hi")], (ADD,), strict=True))["tools"]) == 1


@pytest.mark.parametrize("name", ["smollm2-135m-instruct", "gpt-oss-20b"])
def test_models_without_such_a_format_get_their_tools(name: str) -> None:
    assert len(sent(Request([Message("user", "Hi")], (ADD,)), name)["tools"]) == 1


def test_a_server_names_a_model_by_its_repository() -> None:
    entry = known_model("Qwen/Qwen1.5-14B-Chat-AWQ")
    assert entry is not None
    assert entry.id == "@cf/qwen/qwen1.5-14b-chat-awq"
    assert known_model("Qwen/Qwen9") is None


@anyio
@pytest.mark.real
async def test_a_real_server_whose_template_knows_no_tools_makes_the_call() -> None:
    """The embedded model has ChatML, too; under its own name llama-server would not show it the tool."""
    with llama_servers() as (server,):
        model = runner("qwen1.5-1.8b-chat", server.url, "llama-server")
        async with Agent(model, tools=[add_one], tool_choice="add_one", temperature=0, max_tokens=60) as agent:
            result = await agent.run("Add one to 3.")
    call, outcome = result.messages[1], result.messages[2]
    assert [call.name for call in call.tool_calls] == ["add_one"]
    assert outcome.content == str(json.loads(call.tool_calls[0].arguments)["number"] + 1)
    assert result.response
