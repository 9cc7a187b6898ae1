// A call of a tool as a card: what was asked, what came of it, and what the person has to decide.

import { copyButton, duration, el, icon } from "./dom.js";

const STATES = {
  waiting: "waiting",
  running: "running…",
  asking: "asks to run",
  answering: "waits for you",
  ok: "",
  error: "failed",
  invalid: "arguments do not fit",
  unknown: "no such tool",
  timeout: "took too long",
  cancelled: "stopped",
  skipped: "not run",
  refused: "refused",
};

export function card(call, decide) {
  const word = call.result ? call.result.status : call.state;
  const node = el(`div.call.${word}`, { "data-tool": call.name });
  const details = el(
    "details",
    { open: call.open ?? ["asking", "answering"].includes(call.state) },
    el(
      "summary",
      el(
        "span.mark",
        icon(
          word === "ok"
            ? "check"
            : ["refused", "error", "invalid", "unknown", "timeout", "cancelled"].includes(word)
              ? "cross"
              : "tool",
        ),
      ),
      el("span.name", call.name),
      el("span.brief", brief(call)),
      el("span.state", STATES[word] ?? word),
      call.result?.seconds != null ? el("span.time", duration(call.result.seconds * 1000)) : null,
    ),
    part("Arguments", pretty(call.arguments)),
    call.result
      ? part(call.result.by === "you" ? "Result, typed by you" : "Result", pretty(call.result.content))
      : null,
    call.result?.repairs?.length
      ? el("p.help", `Mended: ${call.result.repairs.map((repair) => repair.what).join(", ")}.`)
      : null,
  );
  details.firstChild.addEventListener("click", () => {
    call.open = !details.open;
  });
  node.append(details);
  if (call.state === "asking") node.append(approval(call, decide));
  if (call.state === "answering") node.append(answering(call, decide));
  return node;
}

function approval(call, decide) {
  return el(
    "div.decision",
    { role: "group", "aria-label": `Decide about ${call.name}` },
    el("p", "The model wants to run ", el("strong", call.name), ". Nothing happens until you decide."),
    el(
      "div.row",
      el("button.primary", { type: "button", onclick: () => decide(call, { approved: true }) }, "Approve"),
      el("button", { type: "button", onclick: () => decide(call, { approved: false }) }, "Refuse"),
    ),
  );
}

function answering(call, decide) {
  const field = el("textarea.code", { rows: 3, "aria-label": `Result of ${call.name}` });
  const form = el(
    "form.decision",
    el("p", "This tool is yours. What does ", el("strong", call.name), " return?"),
    field,
    el("div.row", el("button.primary", { type: "submit" }, "Send the result")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    decide(call, { content: field.value });
  });
  return form;
}

const part = (title, text) =>
  el(
    "div.part",
    el("div.bar", el("span", title), copyButton(text, `Copy: ${title.toLowerCase()}`)),
    el("pre", { tabIndex: 0 }, text),
  );

function brief(call) {
  let values = {};
  try {
    values = JSON.parse(call.arguments || "{}");
  } catch {
    return call.arguments;
  }
  const given = Object.values(values ?? {}).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  const result = call.result?.status === "ok" ? ` → ${call.result.content.replace(/\s+/g, " ").slice(0, 120)}` : "";
  return `${given.join(", ").replace(/\s+/g, " ").slice(0, 80)}${result}`;
}

export function pretty(text) {
  try {
    const data = JSON.parse(text);
    return typeof data === "object" ? JSON.stringify(data, null, 2) : text;
  } catch {
    return text ?? "";
  }
}
