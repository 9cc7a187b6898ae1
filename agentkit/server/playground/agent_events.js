// What an agent tells of its run: its turns, and the calls that it makes itself. They are shown, never made here.

import { send } from "./api.js";

export class AgentRun {
  turns = 0;
  #message;
  #step;
  #said = 0;

  constructor({ messages, message, record, step, hooks, signal }) {
    Object.assign(this, { messages, record, hooks, signal });
    this.#message = message;
    this.#step = step;
  }

  get message() {
    return this.#message;
  }

  // All of the answer so far; what belongs to the turn under way is shown there.
  text(whole) {
    if (whole.length > this.#said) this.#step.first ??= performance.now();
    this.#message.content = whole.slice(this.#said).trimStart();
    this.whole = whole;
  }

  take(name, data) {
    const call = data.call && this.#call(data.call);
    if (name === "turn_started") this.#turn(data.turn);
    else if (name === "turn_finished") this.#turnFinished(data);
    else if (name === "tool_started") this.#started(call);
    else if (name === "approval_asked") this.#asked(call, data.id);
    else if (name === "tool_finished") this.#finished(call, data);
    else if (name !== "tool_progress" && name !== "run_finished") this.#other(name, data);
    this.hooks.changed();
  }

  #turn(number) {
    this.turns = number;
    if (number === 1) return;
    this.#message.busy = false;
    this.#said = (this.whole || "").length;
    this.#message = { role: "assistant", content: "", calls: [], busy: true, model: this.#message.model };
    this.messages.push(this.#message);
    this.#step = { kind: "turn", turn: number, started: performance.now() };
    this.record.steps.push(this.#step);
  }

  #turnFinished({ finish }) {
    const { prompt_tokens, completion_tokens, cached_tokens } = finish.usage;
    this.#step.ended = performance.now();
    this.#step.usage = { prompt_tokens, completion_tokens, prompt_tokens_details: { cached_tokens } };
    const seconds = (this.#step.ended - this.#step.started) / 1000;
    this.#message.stats = { seconds, tokens: completion_tokens };
  }

  #call({ id, function: { name, arguments: text } }) {
    let call = this.#message.calls.find((item) => item.id === id);
    if (!call) {
      call = { id, name, state: "waiting", told: true };
      this.#message.calls.push(call);
    }
    call.arguments = text;
    return call;
  }

  #stepOf(call) {
    let step = this.record.steps.find((item) => item.call === call);
    if (!step) {
      step = { kind: "tool", name: call.name, call, started: performance.now() };
      this.record.steps.push(step);
    }
    return step;
  }

  #started(call) {
    call.state = "running";
    this.#stepOf(call).decided ??= call.asked && performance.now();
  }

  async #asked(call, id) {
    Object.assign(call, { state: "asking", asked: true });
    this.#stepOf(call).waiting = true;
    if (!id) return;
    try {
      const { approved } = await this.hooks.decide(call, this.signal);
      call.state = "waiting";
      await send(`ai/approvals/${id}`, { body: { approve: approved }, signal: this.signal });
    } catch {
      // the run has ended, and with it the question
    }
    this.hooks.changed();
  }

  #finished(call, { result, seconds }) {
    call.state = "done";
    call.result = { content: result.content, status: result.status, seconds };
    Object.assign(this.#stepOf(call), { ended: performance.now(), status: result.status });
  }

  #other(name, { what, action, reason }) {
    const at = performance.now();
    const said = what || action || reason;
    this.record.steps.push({
      kind: "event",
      name: name.replaceAll("_", " ") + (said ? `: ${said}` : ""),
      started: at,
      ended: at,
    });
  }
}
