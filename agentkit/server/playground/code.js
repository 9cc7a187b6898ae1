// The next request as a program: what is copied runs as it is.

import { $, copyButton, el } from "./dom.js";
import { address, runPath } from "./api.js";
import { bodyOf } from "./request.js";
import { save, state, token } from "./store.js";
import { javascript, python } from "./literals.js";

const LANGUAGES = { curl: "curl", python: "Python", javascript: "JavaScript" };

export function drawCode(root, config, model) {
  const { events, ...body } = bodyOf(config, model, asked());
  const text = WRITERS[state.language](address(runPath(model.name)), body);
  if (root.text === text) return;
  root.text = text;
  const choice = el(
    "div.choice",
    { role: "group", "aria-label": "Language" },
    ...Object.entries(LANGUAGES).map(([key, name]) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": String(key === state.language),
          onclick: () => {
            state.language = key;
            save();
            drawCode(root, config, model);
            root.querySelector("[aria-pressed=true]").focus();
          },
        },
        name,
      ),
    ),
  );
  const name = LANGUAGES[state.language];
  root.replaceChildren(
    choice,
    el("div.bar", el("span", "The current request"), copyButton(text, `Copy as ${name}`)),
    el("pre.program", { tabIndex: 0, role: "region", "aria-label": `The request as ${name}` }, text),
    el(
      "p.help",
      HELP[state.language],
      token.get() ? " Set AGENTKIT_TOKEN to the server's token first." : "",
      body.tools ? " It is one turn: the calls it gets back are yours to make." : "",
    ),
  );
}

// What Send would ask now: the text in the field, else the last question again.
function asked() {
  const text = $("#prompt").value.trim();
  if (text) return [...state.messages, { role: "user", content: text }];
  const last = state.messages.findLastIndex((message) => message.role === "user");
  return last < 0 ? [{ role: "user", content: "Hello!" }] : state.messages.slice(0, last + 1);
}

const HELP = {
  curl: "Paste it into a shell.",
  python: "Python 3 with nothing installed.",
  javascript: "Node 18 or later, Deno, Bun, or the console of this page.",
};

const WRITERS = {
  curl(url, body) {
    const data = javascript(body).replaceAll("'", "'\\''");
    const auth = token.get() ? ` \\\n  -H "Authorization: Bearer $AGENTKIT_TOKEN"` : "";
    return `curl -sN '${url}' \\\n  -H 'Content-Type: application/json'${auth} \\\n  -d '${data}'\n`;
  },
  python(url, body) {
    const auth = token.get() ? `, "Authorization": f"Bearer {os.environ['AGENTKIT_TOKEN']}"` : "";
    const reading = body.stream
      ? `with urlopen(request) as response:
    for line in response:
        data = line.decode().strip().removeprefix("data: ")
        if data.startswith("{"):
            frame = json.loads(data)
            print(frame.get("response") or frame.get("tool_calls") or "", end="", flush=True)
print()`
      : `with urlopen(request) as response:
    result = json.load(response)["result"]
print(result.get("response") or result.get("tool_calls"))`;
    return `import json${auth ? "\nimport os" : ""}
from urllib.request import Request, urlopen

body = ${python(body)}
request = Request(
    ${JSON.stringify(url)},
    json.dumps(body).encode(),
    {"Content-Type": "application/json"${auth}},
)
${reading}
`;
  },
  javascript(url, body) {
    const auth = token.get() ? ", Authorization: `Bearer ${process.env.AGENTKIT_TOKEN}`" : "";
    const reading = body.stream
      ? `  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of response.body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: {")) continue;
      const frame = JSON.parse(line.slice(6));
      console.log(frame.response ?? frame.tool_calls ?? frame.usage);
    }
  }`
      : `  const { result } = await response.json();
  console.log(result.response ?? result.tool_calls);`;
    return `const body = ${javascript(body)};

fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: { "Content-Type": "application/json"${auth} },
  body: JSON.stringify(body),
}).then(async (response) => {
  if (!response.ok) throw new Error(await response.text());
${reading}
});
`;
  },
};
