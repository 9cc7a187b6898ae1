// When what happened in the last run: one bar for each turn and each call, and the sums.

import { count, duration, el } from "./dom.js";

export function drawTimeline(root, record) {
  if (!record) {
    root.replaceChildren(empty());
    return;
  }
  const end = record.ended ?? performance.now();
  const whole = Math.max(end - record.started, 1);
  const rows = record.steps.map((step) => row(step, record.started, end, whole));
  root.replaceChildren(
    sums(record, whole),
    el("ol.bars", { "aria-label": "Steps of the run" }, ...rows),
    axis(whole),
    legend(record),
  );
}

const empty = () =>
  el(
    "div.empty",
    el("p", "Nothing has run yet."),
    el("p.help", "Send a message, and see here what takes how long: each turn of the model, each call of a tool."),
  );

function row(step, zero, now, whole) {
  const end = step.ended ?? now;
  const name = step.kind === "turn" ? `Turn ${step.turn}` : step.name;
  const split = step.kind === "turn" ? (step.first ?? end) : (step.decided ?? (step.waiting ? end : step.started));
  const bar = el(
    "span.track",
    { "aria-hidden": "true" },
    piece("wait", step.started, split, zero, whole),
    piece(step.kind === "turn" ? "write" : step.kind === "event" ? "event" : "tool", split, end, zero, whole),
  );
  const bad = step.error || (step.kind === "tool" && step.status && step.status !== "ok");
  return el(
    `li.${step.kind}${bad ? ".bad" : ""}`,
    el("span.what", name, bad ? el("em", step.error || step.status) : null),
    bar,
    el("span.took", step.kind === "event" ? "" : duration(end - step.started), el("span.unseen", said(step, end))),
  );
}

function piece(kind, from, to, zero, whole) {
  const node = el(`i.${kind}`);
  node.style.setProperty("left", `${(100 * (from - zero)) / whole}%`);
  node.style.setProperty("width", `${(100 * Math.max(to - from, 0)) / whole}%`);
  return node;
}

function said(step, end) {
  if (step.kind !== "turn" || !step.first) return "";
  return `, first token after ${duration(step.first - step.started)}, then ${duration(end - step.first)} of writing`;
}

function sums(record, whole) {
  const turns = record.steps.filter((step) => step.kind === "turn");
  const sum = (read) => turns.reduce((total, turn) => total + (read(turn) || 0), 0);
  const made = sum((turn) => turn.usage?.completion_tokens);
  const speed = rate(turns);
  const first = turns.find((turn) => turn.first);
  const cached = sum((turn) => turn.usage?.prompt_tokens_details?.cached_tokens);
  const prompt = sum((turn) => turn.usage?.prompt_tokens);
  const cells = [
    ["Whole run", duration(whole)],
    ["First token", first ? duration(first.first - record.started) : "–"],
    ["Tokens / s", speed ? speed.toFixed(1) : "–"],
    ["Tokens written", made ? count(made) : "–"],
    ["Tokens read", prompt ? count(prompt) : "–"],
    ["Cached", prompt ? count(cached) : "–"],
  ];
  return el("dl.sums", ...cells.map(([name, value]) => el("div", el("dt", name), el("dd", value))));
}

// Tokens per second of the turns that were seen being written: a call comes in one piece, when it is whole.
function rate(turns) {
  const seen = turns.filter(
    (turn) => turn.spoke && turn.first && turn.ended - turn.first > 20 && turn.usage?.completion_tokens > 1,
  );
  const seconds = seen.reduce((total, turn) => total + (turn.ended - turn.first) / 1000, 0);
  return seconds && seen.reduce((total, turn) => total + turn.usage.completion_tokens, 0) / seconds;
}

function axis(whole) {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((n) => [n, n * 1000]).sort((a, b) => a - b);
  const step = steps.find((size) => whole / size <= 4) || whole / 3;
  const marks = [];
  for (let at = 0; at <= whole; at += step) {
    const mark = el("span", at ? duration(at).replace(/\.0+ /, " ") : "0");
    if (at > 0.9 * whole) mark.className = "end";
    mark.style.setProperty("left", `${(100 * at) / whole}%`);
    marks.push(mark);
  }
  return el("div.axis", { "aria-hidden": "true" }, el("div", ...marks));
}

function legend(record) {
  const tools = record.steps.some((step) => step.kind === "tool");
  const entries = [["wait", "waiting"], ["write", "writing"], ...(tools ? [["tool", "tool"]] : [])];
  return el("p.legend", ...entries.map(([kind, name]) => el("span", el(`i.${kind}`), name)));
}
