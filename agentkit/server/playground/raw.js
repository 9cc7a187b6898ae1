// The requests of the last run and every frame that came back, as they went over the wire.

import { copyButton, el } from "./dom.js";
import { address } from "./api.js";
import { javascript } from "./literals.js";

export function drawRaw(root, record) {
  const turns = (record?.steps || []).filter((step) => step.body);
  if (!turns.length) {
    root.drawn = null;
    root.replaceChildren(
      el(
        "div.empty",
        el("p", "Nothing was sent yet."),
        el("p.help", "Each request is shown here, and each frame of its answer, as it came."),
      ),
    );
    return;
  }
  if (root.drawn !== record) root.replaceChildren();
  root.drawn = record;
  turns.forEach((step, place) => {
    const node = root.childNodes[place] || root.appendChild(turn(step));
    more(node, step);
  });
}

function turn(step) {
  const request = javascript(step.body);
  const frames = el("pre.frames", { tabIndex: 0, role: "region", "aria-label": `Frames of turn ${step.turn}` });
  const node = el(
    "section.exchange",
    el("h3", `Turn ${step.turn}`, el("small")),
    el("div.bar", el("span", `POST ${new URL(address(step.path)).pathname}`), copyButton(request, "Copy the request")),
    el("pre", { tabIndex: 0, role: "region", "aria-label": `Request of turn ${step.turn}` }, request),
    el(
      "div.bar",
      el("span.status"),
      copyButton(() => step.frames.map(line).join("\n\n"), "Copy the frames"),
    ),
    frames,
  );
  return Object.assign(node, { frames, shown: 0 });
}

function more(node, step) {
  for (; node.shown < step.frames.length; node.shown += 1) {
    const frame = step.frames[node.shown];
    node.frames.append(
      el("span.at", { "aria-hidden": "true" }, (frame.at / 1000).toFixed(2).padStart(6)),
      `${line(frame)}\n`,
    );
  }
  const parts = [
    step.status && `${step.status} OK`,
    `${step.frames.length} frame${step.frames.length === 1 ? "" : "s"}`,
    step.error,
  ];
  node.querySelector(".status").textContent = parts.filter(Boolean).join(" · ");
  node.querySelector("h3 small").textContent = step.id || "";
}

const line = ({ event, data }) => (event ? `event: ${event}\ndata: ${data}` : data);
