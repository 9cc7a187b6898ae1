"""What the documented pages print for a shell, Python and JavaScript, with nothing but the host replaced."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from agentkit.runners.scripted import call

from .site import ACCOUNT, DOCUMENTED, LONG, MODEL, PATIENCE, Site, surroundings

Script = Callable[..., Site]
SERVICE = "https://api.cloudflare.com"
TURNS = '[{ "role": "system", "content": "Answer kindly" }, { "role": "user", "content": "Why does bread rise" }]'

PLAIN = """
curl https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT_ID/ai/run/MODEL \\
  -X POST \\
  -H "Authorization: Bearer $CLOUDFLARE_AUTH_TOKEN" \\
  -d '{ BODY }'
"""
STREAMED = """
curl -X POST \\
"https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT_ID/ai/run/MODEL" \\
-H "Authorization: Bearer $CLOUDFLARE_AUTH_TOKEN" \\
-H "Content-Type:application/json" \\
-d '{ "stream":true, BODY }'
"""
PROMPT = '"prompt": "Why does bread rise"'
MESSAGES = f'"messages": {TURNS}'
TOOL = (
    '"tools": [{ "name": "getWeather", "description": "The weather of a place", "parameters": { "type": "object", '
    '"properties": { "latitude": { "type": "string", "description": "Degrees north" }, '
    '"longitude": { "type": "string", "description": "Degrees east" } }, "required": ["latitude", "longitude"] } }]'
)
CHAT = """
curl --request POST \\
  --url https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT_ID/ai/v1/chat/completions \\
  --header "Authorization: Bearer $CLOUDFLARE_AUTH_TOKEN" \\
  --header 'Content-Type: application/json' \\
  --data '{ "model": "MODEL", BODY }'
"""
BATCH = """
curl "https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT_ID/ai/run/MODEL?queueRequest=true" \\
 --header "Authorization: Bearer $CLOUDFLARE_AUTH_TOKEN" \\
 --header "Content-Type: application/json" \\
 --json '{ BODY }'
"""
PYTHON = """
import os
import requests

ACCOUNT_ID = os.environ.get("CLOUDFLARE_ACCOUNT_ID")
AUTH_TOKEN = os.environ.get("CLOUDFLARE_AUTH_TOKEN")

prompt = "Why does bread rise"
response = requests.post(
  f"https://api.cloudflare.com/client/v4/accounts/{ACCOUNT_ID}/ai/run/MODEL",
    headers={"Authorization": f"Bearer {AUTH_TOKEN}"},
    json={
      "messages": [
        {"role": "system", "content": "Answer kindly"},
        {"role": "user", "content": prompt}
      ]
    }
)
result = response.json()
print(__import__("json").dumps(result))
"""
OLDER_PYTHON = """
import os
import requests

API_BASE_URL = f"https://api.cloudflare.com/client/v4/accounts/{os.environ['CLOUDFLARE_ACCOUNT_ID']}/ai/run/"
headers = {"Authorization": f"Bearer {os.environ['CLOUDFLARE_AUTH_TOKEN']}"}

def run(model, inputs):
    input = { "messages": inputs }
    response = requests.post(f"{API_BASE_URL}{model}", headers=headers, json=input)
    return response.json()

inputs = [
    { "role": "system", "content": "Tell short stories" },
    { "role": "user", "content": "A story of a boat"}
]
output = run("MODEL", inputs)
print(__import__("json").dumps(output))
"""
JAVASCRIPT = """
const { CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_AUTH_TOKEN } = process.env;
async function run(model, input) {
  const response = await fetch(
    `https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai/run/${model}`,
    {
      headers: { Authorization: `Bearer ${CLOUDFLARE_AUTH_TOKEN}` },
      method: "POST",
      body: JSON.stringify(input),
    }
  );
  const result = await response.json();
  return result;
}

run("MODEL", {
  messages: [
    { role: "system", content: "Answer kindly" },
    { role: "user", content: "Why does bread rise" },
  ],
}).then((response) => {
  console.log(JSON.stringify(response));
});
"""


def run(command: list[str], text: str, site: Site, model: str, body: str = "") -> str:
    """Run a text as the page prints it, and give what it writes."""
    text = text.replace(SERVICE, site.url).replace("MODEL", model).replace("BODY", body)
    settings = {"CLOUDFLARE_ACCOUNT_ID": ACCOUNT, "CLOUDFLARE_AUTH_TOKEN": "a-token"}
    ended = subprocess.run(
        [*command, text], capture_output=True, text=True, timeout=PATIENCE, env=surroundings() | settings, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def curl(text: str, body: str, site: Site, model: str = MODEL) -> str:
    if shutil.which("curl") is None or shutil.which("sh") is None:
        pytest.skip("curl and a shell are not here")
    return run(["sh", "-c"], text, site, model, body)


def frames(text: str) -> list[Any]:
    *events, rest = text.split("\n\n")
    assert rest == ""
    assert events.pop() == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in events]


@pytest.mark.parametrize("body", [PROMPT, MESSAGES], ids=["prompt", "messages"])
def test_the_line_without_a_content_type_is_answered(scripted: Script, body: str) -> None:
    site = scripted("Because of the yeast.", token="a-token")
    answer = json.loads(curl(PLAIN, body, site))
    assert answer["result"]["response"] == "Because of the yeast."
    assert (answer["success"], answer["errors"], answer["messages"]) == (True, [], [])
    assert site.asked.requests[0].messages[-1].content == "Why does bread rise"


@pytest.mark.parametrize("body", [PROMPT, MESSAGES], ids=["prompt", "messages"])
def test_the_streaming_line_is_answered_in_frames(scripted: Script, body: str) -> None:
    found = frames(curl(STREAMED, body, scripted("Because of the yeast.", token="a-token")))
    assert "".join(frame.get("response") or "" for frame in found) == "Because of the yeast."
    assert "usage" in found[-1]


@pytest.mark.parametrize("text", [PLAIN, STREAMED], ids=["whole", "streamed"])
def test_the_line_with_tools_is_answered_with_a_call(scripted: Script, text: str) -> None:
    site = scripted(call("getWeather", latitude="51.5", longitude="-0.1"))
    answer = curl(text, f"{MESSAGES}, {TOOL}", site)
    found = [json.loads(answer)["result"]] if text is PLAIN else frames(answer)
    assert "getWeather" in json.dumps([frame.get("tool_calls") for frame in found])
    assert [tool.name for tool in site.asked.requests[0].tools] == ["getWeather"]


def test_the_generation_ends_when_the_streaming_line_is_interrupted(scripted: Script) -> None:
    site = scripted(LONG)
    assert curl(STREAMED.rstrip() + " | head -c 100", PROMPT, site)
    site.wait_until_left()


def test_a_raw_prompt_is_answered(scripted: Script) -> None:
    raw = '"prompt": "<s>[INST]A joke, please[/INST]", "raw": true'
    assert json.loads(curl(PLAIN, raw, scripted("No.")))["result"]["response"] == "No."


@pytest.mark.parametrize("stream", ["", '"stream": true, '], ids=["whole", "streamed"])
def test_the_line_for_chat_completions_is_answered(scripted: Script, stream: str) -> None:
    answer = curl(CHAT, stream + MESSAGES, scripted("Because of the yeast."))
    if stream:
        pieces = [choice["delta"].get("content") or "" for frame in frames(answer) for choice in frame["choices"]]
        assert "".join(pieces) == "Because of the yeast."
    else:
        assert json.loads(answer)["choices"][0]["message"]["content"] == "Because of the yeast."


def test_the_lines_for_a_batch_queue_it_and_fetch_it(scripted: Script) -> None:
    site = scripted("One.", "Two.")
    queued = json.loads(curl(BATCH, '"requests": [{ "prompt": "First" }, { "prompt": "Second" }]', site))["result"]
    assert queued["status"] == "queued"
    while True:
        found = json.loads(curl(BATCH, f'"request_id": "{queued["request_id"]}"', site))["result"]
        if found.get("status") not in ("queued", "running"):
            break
    assert sorted(item["result"]["response"] for item in found["responses"]) == ["One.", "Two."]


def test_a_line_without_the_token_is_told_so(scripted: Script) -> None:
    line = PLAIN.replace('  -H "Authorization: Bearer $CLOUDFLARE_AUTH_TOKEN" \\\n', "")
    answer = json.loads(curl(line, PROMPT, scripted(token="another")))
    assert answer["errors"][0]["code"] == 9106


@pytest.mark.parametrize("text", [PYTHON, OLDER_PYTHON], ids=["2025", "2023"])
def test_the_python_of_the_pages_is_answered(scripted: Script, text: str) -> None:
    pytest.importorskip("requests")
    answer = json.loads(run([sys.executable, "-c"], text, scripted("Of course."), MODEL))
    assert answer["result"]["response"] == "Of course."


def test_the_javascript_of_the_pages_is_answered(scripted: Script) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not here")
    answer = json.loads(run(["node", "-e"], JAVASCRIPT, scripted("Of course."), MODEL))
    assert answer["result"]["response"] == "Of course."


@pytest.mark.real
@pytest.mark.parametrize("model", DOCUMENTED)
@pytest.mark.parametrize("body", [PROMPT, MESSAGES], ids=["prompt", "messages"])
def test_a_real_model_answers_for_the_models_of_the_pages(embedded: Site, model: str, body: str) -> None:
    body += ', "max_tokens": 16'
    answer = json.loads(curl(PLAIN, body, embedded, model))
    assert answer["result"]["response"]
    assert answer["result"]["usage"]["completion_tokens"] <= 16
    assert "".join(frame.get("response") or "" for frame in frames(curl(STREAMED, body, embedded, model)))


@pytest.mark.real
@pytest.mark.parametrize("text", [PLAIN, STREAMED], ids=["whole", "streamed"])
def test_a_real_model_calls_a_tool_for_a_model_that_never_could(embedded: Site, text: str) -> None:
    body = f'{MESSAGES}, {TOOL}, "tool_choice": "required", "max_tokens": 128'
    answer = curl(text, body, embedded, DOCUMENTED[-1])
    found = [json.loads(answer)["result"]] if text is PLAIN else frames(answer)
    assert "getWeather" in json.dumps([frame.get("tool_calls") for frame in found])
