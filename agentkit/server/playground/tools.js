// The tools that the model is offered, each with its switch.

import { $, el } from "./dom.js";
import { ownTools } from "./request.js";
import { save, state } from "./store.js";

const EXAMPLE = `[{"name": "get_weather",
  "description": "Tell the weather in a city",
  "parameters": {"type": "object",
    "properties": {"city": {"type": "string", "description": "The city"}},
    "required": ["city"]}}]`;

export function drawTools(config, model, changed) {
  const agent = Boolean(model?.is_agent);
  $("#own").hidden = agent;
  $("#all-tools").hidden = agent || config.tools.length < 2;
  if (agent) {
    $("#tools").replaceChildren(el("p.help", "An agent brings its own tools. Their calls are shown as it makes them."));
    return;
  }
  if (config.tools.length)
    $("#tools").replaceChildren(
      ...config.tools.map((tool) =>
        row(tool, () => {
          label(config);
          changed();
        }),
      ),
    );
  else
    $("#tools").replaceChildren(
      el("p.help", "This server was started without tools: ", el("code", "agentkit serve -t clock")),
    );
  label(config);
  $("#all-tools").onclick = () => {
    state.off = config.tools.some((tool) => !state.off.includes(tool.name))
      ? config.tools.map((tool) => tool.name)
      : [];
    save();
    changed();
    drawTools(config, model, changed);
  };
  drawOwn(changed);
}

function label(config) {
  $("#all-tools").textContent = config.tools.some((tool) => !state.off.includes(tool.name)) ? "All off" : "All on";
}

function row(tool, changed) {
  const box = el("input", {
    type: "checkbox",
    role: "switch",
    id: `tool-${tool.name}`,
    checked: !state.off.includes(tool.name),
  });
  box.addEventListener("change", () => {
    state.off = state.off.filter((name) => name !== tool.name);
    if (!box.checked) state.off.push(tool.name);
    save();
    changed();
  });
  return el(
    "label.switch",
    { htmlFor: box.id, title: tool.description },
    el(
      "span",
      el("code", tool.name),
      tool.approve ? el("span.badge", "asks first") : null,
      el("small.help", tool.description),
    ),
    box,
  );
}

function drawOwn(changed) {
  const field = $("#own-tools");
  const help = $("#own-help");
  field.placeholder = EXAMPLE;
  field.value = state.own;
  if (state.own) $("#own").open = true;
  const check = () => {
    try {
      const tools = ownTools(field.value);
      field.removeAttribute("aria-invalid");
      help.textContent = tools.length
        ? `${tools.map((tool) => tool.name).join(", ")}: you type the results.`
        : "The model is offered them; you type what they return.";
    } catch (error) {
      field.setAttribute("aria-invalid", "true");
      help.textContent = error instanceof SyntaxError ? `Not JSON yet: ${error.message}` : error.message;
    }
  };
  field.oninput = () => {
    state.own = field.value;
    save();
    check();
    changed();
  };
  check();
}
