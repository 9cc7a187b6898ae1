// The conversation on the page. Only the message that is being written is drawn again.

import { card } from "./calls.js";
import { copyButton, count, duration, el, icon } from "./dom.js";
import { draw } from "./markdown.js";

export class Conversation {
  #root;
  #actions;
  #nodes = new Map();

  // actions: edit(message), retry(), decide(call, decision), suggest(text), allowMore()
  constructor(root, actions) {
    this.#root = root;
    this.#actions = actions;
  }

  show(messages, { busy, waiting, trouble, welcome }) {
    const nodes = messages.length
      ? messages.map((message, place) => this.#node(message, place, messages, busy))
      : [welcome];
    if (waiting) nodes.push(this.#waiting(waiting));
    if (trouble) nodes.push(this.#trouble(trouble));
    for (const message of this.#nodes.keys()) if (!messages.includes(message)) this.#nodes.delete(message);
    nodes.forEach((node, place) => {
      if (this.#root.childNodes[place] !== node) this.#root.insertBefore(node, this.#root.childNodes[place] || null);
    });
    while (this.#root.childNodes.length > nodes.length) this.#root.lastChild.remove();
  }

  #node(message, place, messages, busy) {
    const next = messages[place + 1];
    const ends = message.role === "assistant" && next?.role !== "assistant";
    const key = JSON.stringify([
      message.content.length,
      message.reasoning?.length,
      message.busy,
      message.cut,
      message.stopped,
      ends,
      next === undefined,
      busy,
      (message.calls || []).map((call) => [call.state, call.result?.status]),
    ]);
    const kept = this.#nodes.get(message);
    if (kept?.key === key) return kept.node;
    const node =
      kept?.node || el(`article.message.${message.role}`, { "aria-label": message.role === "user" ? "You" : "Model" });
    if (message.role === "user") this.#drawUser(node, message, busy);
    else this.#drawAssistant(node, message, { ends, last: next === undefined, busy, run: runOf(messages, place) });
    this.#nodes.set(message, { key, node });
    return node;
  }

  #drawUser(node, message, busy) {
    const edit = el(
      "button.link",
      { type: "button", disabled: busy, onclick: () => this.#actions.edit(message) },
      icon("edit"),
      el("span", "Edit"),
    );
    node.replaceChildren(el("div.bubble", message.content), el("div.foot", edit));
  }

  #drawAssistant(node, message, { ends, last, busy, run }) {
    const parts = (node.parts ||= {
      text: el("div.text"),
      thought: el("details.thought", el("summary", "Thoughts"), el("div.text")),
      calls: el("div.calls"),
      foot: el("div.foot"),
    });
    draw(parts.text, message.content);
    parts.text.classList.toggle("writing", Boolean(message.busy));
    parts.text.setAttribute("aria-busy", String(Boolean(message.busy)));
    if (message.reasoning) draw(parts.thought.lastChild, message.reasoning);
    const calls = JSON.stringify(message.calls);
    if (parts.drawn !== calls)
      parts.calls.replaceChildren(...message.calls.map((call) => card(call, this.#actions.decide)));
    parts.drawn = calls;
    parts.foot.replaceChildren(...(ends && !message.busy && !busy ? this.#foot(message, last, run) : []));
    const shown = [
      message.reasoning && parts.thought,
      message.content && parts.text,
      message.calls.length && parts.calls,
      parts.foot,
    ];
    const wanted = shown.filter(Boolean);
    if (wanted.some((part, place) => node.childNodes[place] !== part) || node.childNodes.length !== wanted.length)
      node.replaceChildren(...wanted);
  }

  #foot(message, last, run) {
    const notes = [];
    if (message.stopped) notes.push(el("span.note", "Stopped"));
    if (message.cut) {
      notes.push(el("span.note", `Cut at max_tokens, ${count(message.cut)}`));
      if (last)
        notes.push(el("button.link", { type: "button", onclick: this.#actions.allowMore }, "Allow more, and retry"));
    }
    const retry =
      last && el("button.link", { type: "button", onclick: this.#actions.retry }, icon("retry"), el("span", "Retry"));
    return [
      ...notes,
      run.content && copyButton(run.content, "Copy the answer"),
      retry,
      el("span.stats", run.summary),
    ].filter(Boolean);
  }

  #waiting(text) {
    this.waitingNode ||= el(
      "div.waiting",
      el("span.dots", { "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      el("span"),
    );
    this.waitingNode.lastChild.textContent = text === true ? "" : text;
    return this.waitingNode;
  }

  #trouble(trouble) {
    if (this.troubleNode?.trouble !== trouble) {
      const retry = trouble.retry && el("button", { type: "button", onclick: this.#actions.retry }, "Try again");
      this.troubleNode = el(
        "div.trouble",
        { role: "alert" },
        el("strong", trouble.title),
        el("p", trouble.detail),
        retry,
      );
      this.troubleNode.trouble = trouble;
    }
    return this.troubleNode;
  }
}

// The turns that answer one message, together: their text, and their cost in one line.
function runOf(messages, place) {
  let first = place;
  while (first > 0 && messages[first - 1].role === "assistant") first -= 1;
  const turns = messages.slice(first, place + 1);
  const stats = turns.map((turn) => turn.stats).filter(Boolean);
  const sum = (key) => stats.reduce((total, item) => total + (item[key] || 0), 0);
  const words = [];
  if (stats.length) words.push(duration(sum("seconds") * 1000));
  if (turns.length > 1) words.push(`${turns.length} turns`);
  if (sum("tokens")) words.push(`${count(sum("tokens"))} tokens`);
  const seen = stats.filter((item) => item.writing > 0.02 && item.tokens > 1);
  const seconds = seen.reduce((total, item) => total + item.writing, 0);
  if (seconds) words.push(`${(seen.reduce((total, item) => total + item.tokens, 0) / seconds).toFixed(1)} per second`);
  return {
    content: turns
      .map((turn) => turn.content)
      .filter(Boolean)
      .join("\n\n"),
    summary: words.join(" · "),
  };
}
