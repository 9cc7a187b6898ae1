// One run: ask the model, make the calls it wants, tell it the results, until it answers.

import { Failure, failure, gone, runPath, send } from "./api.js";
import { Reply } from "./frames.js";
import { bodyOf, offered } from "./request.js";
import { events } from "./sse.js";
import { AgentRun } from "./agent_events.js";

export const MOST_TURNS = 12;

const now = () => performance.now();
const newId = () =>
  crypto
    .getRandomValues(new Uint32Array(3))
    .reduce((id, n) => id + n.toString(36), "")
    .slice(0, 9);

// hooks: changed(), recorded(), decide(call) -> Promise<{approved}|{content}>; all are told while it runs.
export async function drive({ config, model, messages, record, signal, hooks }) {
  for (let turn = 1; ; turn += 1) {
    const message = { role: "assistant", content: "", calls: [], busy: true, model: model.name };
    messages.push(message);
    hooks.changed();
    try {
      await ask({ config, model, messages, message, record, signal, hooks, turn });
    } finally {
      for (const item of messages) item.busy = false;
      hooks.changed();
    }
    const calls = message.calls.filter((call) => !call.told);
    if (!calls.length) return;
    await answerCalls({ calls, tools: offered(config, model), record, signal, hooks });
    if (turn === MOST_TURNS)
      throw new Failure("turns", `Stopped after ${MOST_TURNS} turns.`, "Send a message to go on.");
  }
}

async function ask({ config, model, messages, message, record, signal, hooks, turn }) {
  const body = bodyOf(config, model, messages.slice(0, -1));
  const path = runPath(model.name);
  const step = { kind: "turn", turn, started: now(), path, body, frames: [] };
  record.steps.push(step);
  hooks.recorded();
  const reply = new Reply();
  const agent = model.is_agent ? new AgentRun({ messages, message, record, step, hooks, signal }) : null;
  const take = (frame) => {
    if (reply.add(frame) && !agent) step.first ??= now();
    if (agent) agent.text(reply.text);
    else message.content = reply.text;
    (agent?.message ?? message).reasoning = reply.reasoning;
    if (!agent?.turns) step.usage = reply.usage;
    hooks.changed();
  };
  try {
    const response = await send(path, { body, signal });
    step.status = response.status;
    step.id = response.headers.get("cf-ai-req-id") || "";
    const streamed = (response.headers.get("content-type") || "").startsWith("text/event-stream");
    await (streamed ? readStream : readWhole)({ response, step, take, hooks, reply, agent });
  } catch (error) {
    step.error = error.title || (signal.aborted ? "stopped" : String(error));
    if (error.raw) step.frames.push({ at: now() - step.started, data: error.raw });
    if (signal.aborted || error instanceof Failure) throw error;
    throw gone();
  } finally {
    step.ended ??= now();
    finish(agent?.message ?? message, reply, step, body, model);
    hooks.recorded();
  }
}

async function readStream({ response, step, take, hooks, reply, agent }) {
  for await (const { event, data } of events(response)) {
    step.frames.push({ at: now() - step.started, event, data });
    if (data === "[DONE]") reply.done = true;
    else if (agent && event && event !== "error") agent.take(event, JSON.parse(data));
    else take(JSON.parse(data));
    hooks.recorded();
  }
  if (!reply.done) throw new Failure("broken", "The answer broke off.", "The server ended the stream before its end.");
}

async function readWhole({ response, step, take, reply }) {
  const text = await response.text();
  step.frames.push({ at: now() - step.started, data: text });
  const data = JSON.parse(text);
  if (data.success === false) throw failure(response, text);
  take(data.result ?? data);
  reply.done = true;
}

function finish(message, reply, step, body, model) {
  message.calls.push(...reply.calls.map((call) => ({ ...call, id: call.id || newId(), state: "waiting" })));
  const made = reply.usage?.completion_tokens || 0;
  const limit = body.max_tokens ?? (body.stream ? model.max_tokens_streaming : model.max_tokens);
  message.cut =
    reply.finish === "length" || (!model.is_agent && !reply.finish && made > 0 && made >= limit) ? limit : 0;
  step.spoke = !message.calls.length;
  message.stats ??= {
    seconds: (step.ended - step.started) / 1000,
    writing: step.first && step.spoke ? (step.ended - step.first) / 1000 : 0,
    tokens: made,
  };
}

async function answerCalls({ calls, tools, record, signal, hooks }) {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const one = (call) => answer({ call, tool: byName.get(call.name), names: [...byName.keys()], record, signal, hooks });
  try {
    if (calls.some((call) => byName.get(call.name)?.sequential)) for (const call of calls) await one(call);
    else await Promise.all(calls.map(one));
  } finally {
    closeCalls(calls);
    hooks.changed();
  }
}

// A call that has no result would make the conversation one that models refuse.
export function closeCalls(calls) {
  for (const call of calls) {
    call.result ??= { content: "Stopped by the user before it was over.", status: "cancelled" };
    call.state = "done";
  }
}

async function answer({ call, tool, names, record, signal, hooks }) {
  const step = { kind: "tool", name: call.name, started: now() };
  record.steps.push(step);
  try {
    if (!tool)
      call.result = {
        status: "unknown",
        content: `There is no tool '${call.name}'. The tools are: ${names.join(", ") || "none"}.`,
      };
    else if (tool.own || tool.approve) await decided({ call, tool, step, signal, hooks });
    if (!call.result) await execute({ call, step, signal, hooks });
  } catch (error) {
    if (signal.aborted) throw error;
    call.result = { status: "error", content: error.title ? `${error.title} ${error.detail}` : String(error) };
  } finally {
    step.ended = now();
    step.status = call.result?.status || "cancelled";
    call.state = "done";
    hooks.changed();
    hooks.recorded();
  }
}

async function decided({ call, tool, step, signal, hooks }) {
  call.state = tool.own ? "answering" : "asking";
  hooks.changed();
  hooks.recorded();
  step.waiting = true;
  const decision = await hooks.decide(call, signal);
  step.decided = now();
  if (tool.own) call.result = { status: "ok", content: decision.content, by: "you" };
  else if (decision.approved) call.approved = true;
  else call.result = { status: "refused", content: "Not run: the user was asked, and did not approve this call." };
}

async function execute({ call, step, signal, hooks }) {
  call.state = "running";
  hooks.changed();
  hooks.recorded();
  const body = { arguments: call.arguments || "{}", approved: Boolean(call.approved) };
  const response = await send(`playground/tools/${encodeURIComponent(call.name)}`, { body, signal });
  const { content, status, seconds, repairs } = await response.json();
  call.result = { content, status, seconds, repairs };
  step.seconds = seconds;
}
