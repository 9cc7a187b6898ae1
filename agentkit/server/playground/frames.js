// What the frames of a stream, or a whole result, say: text, calls, usage.

import { errorIn, explained, Failure } from "./api.js";

export class Reply {
  text = "";
  reasoning = "";
  usage = null;
  finish = "";
  done = false;
  #calls = [];

  // Takes one frame; true where there is something new to see.
  add(frame) {
    const error = errorIn(frame);
    if (error) throw new Failure(...explained(0, Number(error.code), error.message), JSON.stringify(frame));
    const choice = frame.choices?.[0];
    const delta = choice ? choice.delta || choice.message || {} : frame;
    const text = choice ? delta.content : frame.response;
    const thought = delta.reasoning_content || delta.reasoning || "";
    if (frame.usage) this.usage = { ...this.usage, ...frame.usage };
    this.finish = choice?.finish_reason || frame.finish_reason || this.finish;
    if (text !== undefined && text !== null)
      this.text += typeof text === "object" ? JSON.stringify(text, null, 2) : text;
    this.reasoning += thought;
    const items = (delta.tool_calls || []).filter(Boolean);
    for (const item of items) this.#fragment(item);
    return Boolean(text || thought || items.length);
  }

  get calls() {
    return this.#calls.filter((call) => call && call.name);
  }

  #fragment(item) {
    const index = item.index ?? this.#calls.length;
    const call = (this.#calls[index] ||= { id: "", name: "", arguments: "" });
    const said = item.function || item;
    call.id ||= item.id || "";
    call.name ||= said.name || "";
    const more = said.arguments;
    if (typeof more === "string") call.arguments += more;
    else if (more) call.arguments = JSON.stringify(more);
  }
}
