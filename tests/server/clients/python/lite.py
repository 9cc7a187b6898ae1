"""Conversations of litellm, by its provider for Workers AI and by its provider for OpenAI's servers."""

import asyncio
import json

import litellm
import openai

litellm.suppress_debug_info = True
litellm.disable_hf_tokenizer_download = True  # it would count tokens with one that it takes from the network
ASK = [{"role": "user", "content": "Say hello."}]
QUESTION = [{"role": "user", "content": "How warm is it in Paris and in Oslo?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "Its name."}},
                "required": ["city"],
            },
        },
    }
]


def to_cloudflare(origin, model):
    base = f"{origin}/client/v4/accounts/{'a' * 32}/ai/v1"
    return {"model": f"cloudflare/{model}", "api_base": base, "api_key": "any", "num_retries": 0}


def to_openai(origin, model):
    return {"model": f"openai/{model}", "api_base": f"{origin}/v1", "api_key": "any", "num_retries": 0}


def _complete(where):
    made = litellm.completion(**where, messages=ASK, max_tokens=12)
    (choice,) = made.choices
    usage = {"prompt": made.usage.prompt_tokens, "completion": made.usage.completion_tokens}
    return {"text": choice.message.content, "finish": choice.finish_reason, "usage": usage}


def _stream(where):
    chunks = litellm.completion(**where, messages=ASK, max_tokens=12, stream=True)
    return [chunk.choices[0].delta.content or "" for chunk in chunks]


def _tools(where, **options):
    turn = litellm.completion(**where, messages=QUESTION, tools=TOOLS, **options).choices[0]
    calls = turn.message.tool_calls
    results = [
        {"role": "tool", "tool_call_id": call.id, "name": call.function.name, "content": '{"degrees": 12}'}
        for call in calls
    ]
    messages = [*QUESTION, turn.message.model_dump(), *results]
    answer = litellm.completion(**where, messages=messages, tools=TOOLS, max_tokens=64).choices[0]
    return {"calls": _read(calls), "finish": turn.finish_reason, "text": answer.message.content}


def _streamed_tools(where):
    chunks = list(litellm.completion(**where, messages=QUESTION, tools=TOOLS, stream=True))
    (choice,) = litellm.stream_chunk_builder(chunks, messages=QUESTION).choices
    return {"calls": _read(choice.message.tool_calls), "finish": choice.finish_reason}


def _read(calls):
    return [[call.function.name, json.loads(call.function.arguments)] for call in calls]


def _error(where):
    try:
        return _complete(where)
    except openai.APIStatusError as error:  # what all of its errors are
        return {"kind": type(error).__name__, "status": error.status_code, "message": str(error)}


def cloudflare_complete(origin, model):
    return _complete(to_cloudflare(origin, model))


def cloudflare_complete_by_the_old_base(origin, model):
    where = to_cloudflare(origin, model)
    return _complete(where | {"api_base": where["api_base"].removesuffix("v1") + "run/"})


def cloudflare_acomplete(origin, model):
    where = to_cloudflare(origin, model)
    return asyncio.run(litellm.acompletion(**where, messages=ASK)).choices[0].message.content


def cloudflare_stream(origin, model):
    return _stream(to_cloudflare(origin, model))


def cloudflare_tools(origin, model):
    return _tools(to_cloudflare(origin, model))


def cloudflare_forced_tool(origin, model):
    return _tools(to_cloudflare(origin, model), tool_choice="required", max_tokens=64)


def cloudflare_streamed_tools(origin, model):
    return _streamed_tools(to_cloudflare(origin, model))


def cloudflare_error(origin, model):
    return _error(to_cloudflare(origin, model))


def openai_complete(origin, model):
    return _complete(to_openai(origin, model))


def openai_stream(origin, model):
    return _stream(to_openai(origin, model))


def openai_tools(origin, model):
    return _tools(to_openai(origin, model))


def openai_forced_tool(origin, model):
    return _tools(to_openai(origin, model), tool_choice="required", max_tokens=64)


def openai_streamed_tools(origin, model):
    return _streamed_tools(to_openai(origin, model))


def openai_error(origin, model):
    return _error(to_openai(origin, model))
