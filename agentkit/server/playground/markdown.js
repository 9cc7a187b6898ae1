// Markdown as nodes. Every piece of the text becomes a text node, so no text can become markup.

import { copyButton, el } from "./dom.js";

// Draws the text into the node, and leaves the blocks alone that have not changed since the last time.
export function draw(node, text) {
  const sources = blocks(text);
  const old = node.sources || [];
  let same = 0;
  while (same < old.length && same < sources.length && old[same] === sources[same]) same += 1;
  while (node.childNodes.length > same) node.lastChild.remove();
  node.append(...sources.slice(same).map((source) => block(source)));
  node.sources = sources;
}

const FENCE = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const RULE = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const HEAD = /^#{1,6}\s/;

export function blocks(text) {
  const found = [];
  let lines = [];
  let fence = "";
  const close = () => {
    if (lines.length) found.push(lines.join("\n"));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence) {
      lines.push(line);
      if (mark?.startsWith(fence) && line.trim() === mark) {
        fence = "";
        close();
      }
    } else if (mark) {
      close();
      fence = mark;
      lines.push(line);
    } else if (!line.trim()) {
      close();
    } else if (HEAD.test(line) || RULE.test(line)) {
      close();
      lines.push(line);
      close();
    } else {
      if (lines.length && kind(line) !== kind(lines[0]) && ["list", "quote"].includes(kind(line))) close();
      lines.push(line);
    }
  }
  close();
  return found;
}

const kind = (line) =>
  ITEM.test(line) ? "list" : /^\s{0,3}>/.test(line) ? "quote" : /^\s*\|/.test(line) ? "table" : "text";

function block(source, depth = 0) {
  const lines = source.split("\n");
  if (FENCE.test(lines[0])) return code(lines);
  if (HEAD.test(source))
    return el(`h${Math.min(6, source.match(/^#+/)[0].length + 2)}`, ...inline(source.replace(/^#+\s+|\s+#+\s*$/g, "")));
  if (RULE.test(source)) return el("hr");
  if (kind(lines[0]) === "list") return list(lines);
  if (depth < 9 && kind(lines[0]) === "quote") return quote(lines, depth);
  if (lines.length > 1 && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/.test(lines[1])) return table(lines);
  return el("p", ...broken(lines));
}

function quote(lines, depth) {
  const inside = lines.map((line) => line.replace(/^\s{0,3}>\s?/, "")).join("\n");
  return el("blockquote", ...blocks(inside).map((source) => block(source, depth + 1)));
}

const broken = (lines) => lines.flatMap((line, place) => [...(place ? [el("br")] : []), ...inline(line.trim())]);

function code(lines) {
  const [, mark, language] = FENCE.exec(lines[0]);
  const closed = lines.length > 1 && lines.at(-1).trim().startsWith(mark);
  const text = lines.slice(1, closed ? -1 : undefined).join("\n");
  return el(
    "div.snippet",
    el("div.bar", el("span", language), copyButton(text, "Copy this code")),
    el("pre", { tabIndex: 0 }, el("code", text)),
  );
}

// A list with the lists inside it; what is indented below an item belongs to it.
function list(lines) {
  const [, indent, mark] = ITEM.exec(lines[0]);
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && item[1].length <= indent.length + 1) items.push([item[3]]);
    else items.at(-1).push(line);
  }
  const numbered = /\d/.test(mark);
  const node = el(numbered ? "ol" : "ul", numbered ? { start: parseInt(mark, 10) } : {});
  node.append(
    ...items.map(([first, ...rest]) => {
      const at = rest.findIndex((line) => ITEM.test(line));
      const [own, inner] = at < 0 ? [rest, []] : [rest.slice(0, at), rest.slice(at)];
      return el("li", ...broken([first, ...own]), inner.length ? list(inner) : null);
    }),
  );
  return node;
}

function table(lines) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
  const [head, , ...rows] = lines;
  return el(
    "div.table",
    { tabIndex: 0, role: "region", "aria-label": "Table" },
    el(
      "table",
      el(
        "thead",
        el(
          "tr",
          cells(head).map((cell) => el("th", { scope: "col" }, ...inline(cell))),
        ),
      ),
      el(
        "tbody",
        rows.map((row) =>
          el(
            "tr",
            cells(row).map((cell) => el("td", ...inline(cell))),
          ),
        ),
      ),
    ),
  );
}

const MARKS = [
  [/(`+)(.+?)\1(?!`)/, (found) => el("code", found[2].replace(/^ (.*[^ ].*) $/, "$1"))],
  [/\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/, (found) => link(found[2], inline(found[1]))],
  [/\*\*(?=\S)(.+?)(?<=\S)\*\*/, (found) => el("strong", ...inline(found[1]))],
  [/~~(?=\S)(.+?)(?<=\S)~~/, (found) => el("s", ...inline(found[1]))],
  [/(?<![*\w])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![*\w])/, (found) => el("em", ...inline(found[1]))],
  [/(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)/, (found) => el("em", ...inline(found[1]))],
  [/https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/, (found) => link(found[0], [found[0]])],
];

const link = (href, children) => el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);

// The mark that begins first wins; of two at one place the one that stands above.
export function inline(text) {
  if (text.length > 5000) return [text]; // no line that a person wrote
  const nodes = [];
  let rest = text;
  while (rest) {
    let best = null;
    for (const [pattern, make] of MARKS) {
      const found = pattern.exec(rest);
      if (found && (!best || found.index < best.found.index)) best = { found, make };
    }
    if (!best) return [...nodes, rest];
    const { found, make } = best;
    if (found.index) nodes.push(rest.slice(0, found.index));
    nodes.push(make(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return nodes;
}
