// What is sent: the conversation, the settings and the tools, as the documented body.

import { FIRST_PARAMETERS, state } from "./store.js";

export function ownTools(text = state.own) {
  if (!text.trim()) return [];
  const data = JSON.parse(text);
  return (Array.isArray(data) ? data : [data]).map((item, place) => {
    const { name, description = "", parameters = {} } = item?.function || item || {};
    if (!/^[\w-]{1,64}$/.test(name || ""))
      throw new Error(`Tool ${place + 1} needs a "name" of letters, digits, _ and -.`);
    if (typeof parameters !== "object") throw new Error(`"parameters" of ${name} must be a JSON Schema.`);
    return { name, description, parameters: { type: "object", properties: {}, ...parameters }, own: true };
  });
}

// The tools that the next request offers; one's own stand in for the server's of the same name.
export function offered(config, model) {
  if (model?.is_agent) return [];
  let own = [];
  try {
    own = ownTools();
  } catch {
    // said beside the field
  }
  const names = new Set(own.map((tool) => tool.name));
  return [...config.tools.filter((tool) => !state.off.includes(tool.name) && !names.has(tool.name)), ...own];
}

export function bodyOf(config, model, messages) {
  const body = { messages: wire(messages) };
  if (state.system.trim()) body.messages.unshift({ role: "system", content: state.system.trim() });
  const known = new Set(parametersOf(config, model).map((parameter) => parameter.name));
  for (const [name, value] of Object.entries(state.parameters)) {
    if (known.has(name) && chosen(model, name) !== undefined) body[name] = value;
  }
  const tools = offered(config, model);
  if (tools.length) {
    body.tools = tools.map(({ name, description, parameters }) => ({
      type: "function",
      function: { name, description, parameters },
    }));
  }
  if (state.stream) body.stream = true;
  if (state.stream && model?.is_agent) body.events = true;
  return body;
}

// What is set; an agent has its own idea of what the page would otherwise begin with.
export function chosen(model, name) {
  const value = state.parameters[name];
  return model.is_agent && value === FIRST_PARAMETERS[name] ? undefined : value;
}

export const parametersOf = (config, model) => config.parameters[model?.edition] || [];

export function wire(messages) {
  const sent = messages.flatMap((message) => {
    if (message.role === "user") return [{ role: "user", content: message.content }];
    const calls = message.calls || [];
    if (!message.content && !calls.length) return [];
    const assistant = { role: "assistant", content: message.content };
    if (calls.length) {
      assistant.tool_calls = calls.map((call) => ({
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: call.arguments || "{}" },
      }));
    }
    const results = calls.map((call) => ({
      role: "tool",
      tool_call_id: call.id,
      name: call.name,
      content: call.result?.content ?? "",
    }));
    return [assistant, ...results];
  });
  return sent.reduce(joined, []);
}

// Two questions in a row, where the first got no answer, are one: some models insist on taking turns.
function joined(sent, message) {
  const last = sent.at(-1);
  if (message.role === "user" && last?.role === "user") last.content += `\n\n${message.content}`;
  else sent.push(message);
  return sent;
}
