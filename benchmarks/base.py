"""The hand-written loop that agentkit is measured against: forty lines over one `httpx.AsyncClient` and `json`."""

from __future__ import annotations

import json
from typing import Any

import httpx

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Add two numbers.",
            "parameters": {
                "type": "object",
                "properties": {
                    "a": {"type": "integer", "description": "The first number."},
                    "b": {"type": "integer", "description": "The second number."},
                },
                "required": ["a", "b"],
            },
        },
    }
]


def add(a: int, b: int) -> int:
    return a + b


async def run(client: httpx.AsyncClient, url: str, model: str, prompt: str, marks: list[float] | None = None) -> str:
    from time import process_time

    messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
    while True:
        if marks is not None:
            marks.append(process_time())
        body = {"model": model, "messages": messages, "tools": TOOLS, "max_tokens": 2048}
        response = await client.post(f"{url}/chat/completions", json=body, headers={"authorization": "Bearer x"})
        response.raise_for_status()
        message = response.json()["choices"][0]["message"]
        messages.append(message)
        if not message.get("tool_calls"):
            return str(message["content"])
        for call in message["tool_calls"]:
            arguments = json.loads(call["function"]["arguments"])
            result = json.dumps(add(**arguments))
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})


async def stream(client: httpx.AsyncClient, url: str, model: str, prompt: str) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": True, "max_tokens": 2048}
    async with client.stream("POST", f"{url}/chat/completions", json=body) as response:
        lines = [line async for line in response.aiter_lines() if line.startswith("data: ") and line != "data: [DONE]"]
    return "".join(json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in lines)
