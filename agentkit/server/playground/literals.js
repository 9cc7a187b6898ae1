// Data as it is written in a program: on one line where it fits, else indented.

const WIDTH = 72;

export const javascript = (value) => written(value, "", { indent: "  ", comma: "", word: JSON.stringify });

export const python = (value) =>
  written(value, "", { indent: "    ", comma: ",", word: (item) => PYTHON.get(item) ?? JSON.stringify(item) });

const PYTHON = new Map([
  [null, "None"],
  [true, "True"],
  [false, "False"],
]);

function written(value, indent, style) {
  if (value === null || typeof value !== "object") return style.word(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const deeper = indent + style.indent;
  const items = Array.isArray(value)
    ? value.map((item) => written(item, deeper, style))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item, deeper, style)}`);
  const line = `${open}${items.join(", ")}${close}`;
  if (indent.length + line.length <= WIDTH && !line.includes("\n")) return line;
  return `${open}\n${items.map((item) => deeper + item).join(",\n")}${style.comma}\n${indent}${close}`;
}
