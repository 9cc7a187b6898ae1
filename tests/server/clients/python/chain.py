"""Conversations of LangChain's models of Workers AI."""

import asyncio
import json

import httpx
from langchain_cloudflare import ChatCloudflareWorkersAI
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel

QUESTION = "How warm is it in Paris and in Oslo?"


class Weather(BaseModel):
    """The weather of a city."""

    city: str
    degrees: int


@tool
def get_weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: Its name.
    """
    return json.dumps({"city": city, "degrees": 12})


def chat(origin, model, **options):
    return ChatCloudflareWorkersAI(
        model=model,
        account_id="a" * 32,
        api_token="any",
        base_url=f"{origin}/client/v4",
        max_tokens=options.pop("max_tokens", 64),
        **options,
    )


def invoke(origin, model, **options):
    message = chat(origin, model, **options).invoke([("system", "Be brief."), ("human", "Say hello.")])
    return {"text": message.text, "usage": message.response_metadata.get("token_usage")}


def invoke_chat(origin, model):
    return invoke(origin, model, endpoint_format="openai_compatible")


def ainvoke(origin, model):
    return asyncio.run(chat(origin, model).ainvoke("Say hello.")).text


def stream(origin, model, **options):
    return [piece.text for piece in chat(origin, model, **options).stream("Say hello.")]


def stream_chat(origin, model):
    return stream(origin, model, endpoint_format="openai_compatible")


def astream(origin, model):
    async def gather():
        return [piece.text async for piece in chat(origin, model).astream("Say hello.")]

    return asyncio.run(gather())


def tools(origin, model, choice=None, **options):
    able = chat(origin, model, **options).bind_tools([get_weather], tool_choice=choice)
    messages = [HumanMessage(QUESTION)]
    turn = able.invoke(messages)
    messages.append(turn)
    messages += [
        ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"], name=call["name"])
        for call in turn.tool_calls
    ]
    return {"calls": [[call["name"], call["args"]] for call in turn.tool_calls], "text": able.invoke(messages).text}


def tools_chat(origin, model):
    return tools(origin, model, endpoint_format="openai_compatible")


def forced_tool(origin, model):
    turn = chat(origin, model).bind_tools([get_weather], tool_choice="any").invoke(QUESTION)
    return [[call["name"], call["args"]] for call in turn.tool_calls]


def streamed_tools(origin, model):
    whole = None
    for piece in chat(origin, model).bind_tools([get_weather]).stream(QUESTION):
        whole = piece if whole is None else whole + piece
    return [[call["name"], call["args"]] for call in whole.tool_calls]


def typed(origin, model, method="json_schema", **options):
    return chat(origin, model, **options).with_structured_output(Weather, method=method).invoke(QUESTION).model_dump()


def typed_by_tool(origin, model):
    return typed(origin, model, "function_calling")


def error(origin, model, **options):
    try:
        return invoke(origin, model, **options)
    except httpx.HTTPStatusError as error:
        return {"status": error.response.status_code, "body": error.response.json()}


def in_a_hurry(origin, model):
    return error(origin, model, reject_if_busy=True)
