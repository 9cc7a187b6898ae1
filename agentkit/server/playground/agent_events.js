// What an agent tells of its run: calls that it made itself, shown but never made again.

export function told(name, data, { message, record, hooks, step, now }) {
  const call = data.call || data;
  if (name === "tool_started") {
    const known = { id: call.id, name: call.name, arguments: text(call.arguments), state: "running", told: true };
    message.calls.push(known);
    record.steps.push({ kind: "tool", name: call.name, id: call.id, started: now() });
    step.first ??= now();
  } else if (name === "tool_finished") {
    const known = message.calls.find((item) => item.id === call.id && !item.result);
    const result = data.result || data;
    if (known) {
      known.state = "done";
      known.result = { content: text(result.content), status: result.status || "ok", seconds: data.seconds };
    }
    const tool = record.steps.findLast((item) => item.kind === "tool" && item.id === call.id);
    if (tool) Object.assign(tool, { ended: now(), seconds: data.seconds, status: result.status || "ok" });
  } else {
    record.steps.push({ kind: "event", name: name.replaceAll("_", " "), started: now(), ended: now() });
  }
  hooks.changed();
}

const text = (value) => (typeof value === "string" ? value : JSON.stringify(value ?? {}));
