// Elements made of data. Text is always set as text: nothing here reads HTML.

export const $ = (selector, root = document) => root.querySelector(selector);

// el("p.help", { id: "x" }, "text", node); the properties may be left out.
export function el(name, ...rest) {
  const props = rest[0]?.constructor === Object ? rest.shift() : {};
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && !key.includes("-")) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...rest.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  check: "m5 12.5 4.5 4.5L19 7.5",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  cross: "M7 7l10 10M17 7 7 17",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  retry: "M19 12a7 7 0 1 1-2-4.9M19 4v4h-4",
  tool: "M14.5 6.5a4 4 0 0 1 5-1l-3 3 .5 2 2 .5 3-3a4 4 0 0 1-5.700 5L9 20.300a2 2 0 0 1-3-3l7.300-7.300a4 4 0 0 1 1.200-3.500z",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export function copyButton(text, label = "Copy") {
  const button = el("button.link.copy", { type: "button", "aria-label": label }, icon("copy"), el("span", "Copy"));
  button.addEventListener("click", async () => {
    const done = await copy(typeof text === "function" ? text() : text);
    button.lastChild.textContent = done ? "Copied" : "Not allowed";
    say(done ? "Copied." : "The browser does not allow copying.");
    setTimeout(() => {
      button.lastChild.textContent = "Copy";
    }, 1600);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // without https the clipboard is closed, except on this machine
    const field = el("textarea.unseen", { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

// Tells a screen reader something, politely.
export function say(text) {
  $("#spoken").textContent = text;
}

// Once per frame at most, however often it is asked for.
export function eachFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
}

export function duration(ms) {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))} ms`;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(ms < 9950 ? 2 : 1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export const count = (number) => Number(number).toLocaleString("en");
