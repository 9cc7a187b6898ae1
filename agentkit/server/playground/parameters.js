// The documented parameters: a number, a slider, and a line on what it does. What is not set is not sent.

import { $, count, el } from "./dom.js";
import { chosen, parametersOf } from "./request.js";
import { FIRST_PARAMETERS, save, state } from "./store.js";

export function drawParameters(config, model, changed) {
  const rows = parametersOf(config, model).map((parameter) =>
    row(parameter, { model, most: config.most_tokens, changed }),
  );
  $("#parameters").replaceChildren(streamRow(changed), ...rows);
  $("#reset").onclick = () => {
    state.parameters = { ...FIRST_PARAMETERS };
    state.stream = true;
    save();
    changed();
    drawParameters(config, model, changed);
  };
}

function streamRow(changed) {
  const box = el("input", { type: "checkbox", role: "switch", id: "stream", checked: state.stream });
  box.addEventListener("change", () => {
    state.stream = box.checked;
    save();
    changed();
  });
  return el(
    "label.switch.parameter",
    { htmlFor: "stream" },
    el("span", el("code", "stream"), el("small.help", "Show the answer while it is written.")),
    box,
  );
}

function row({ name, type, minimum, maximum, default: standard, about }, { model, most, changed }) {
  const whole = type === "integer";
  const usual = name === "max_tokens" ? (state.stream ? model.max_tokens_streaming : model.max_tokens) : standard;
  const top = maximum ?? Math.min(model.context || most, most);
  const step = whole ? 1 : 0.05;
  const help = `about-${name}`;
  const field = el("input", {
    type: "number",
    id: `parameter-${name}`,
    min: minimum,
    max: top,
    step: whole ? 1 : "any",
    inputMode: whole ? "numeric" : "decimal",
    placeholder: usual ?? "unset",
    "aria-describedby": help,
  });
  const slide =
    name === "seed"
      ? null
      : el("input", { type: "range", min: minimum, max: top, step, "aria-label": `${name}, slider`, tabIndex: -1 });
  const unset = el("button.link.unset", { type: "button", "aria-label": `Unset ${name}` }, "unset");
  const node = el(
    "div.parameter",
    el("label", { htmlFor: field.id }, el("code", name)),
    unset,
    field,
    slide,
    el(
      "small.help",
      { id: help },
      `${about} ${count(minimum)} to ${count(top)}${usual != null ? `, ${count(usual)} by default` : ""}.`,
    ),
  );
  const show = () => {
    const value = chosen(model, name);
    if (document.activeElement !== field || value === undefined) field.value = value ?? "";
    if (slide) slide.value = value ?? usual ?? (name.endsWith("penalty") ? (name.startsWith("rep") ? 1 : 0) : top);
    if (slide) slide.style.setProperty("--at", `${(100 * (slide.value - minimum)) / (top - minimum)}%`);
    node.classList.toggle("set", value !== undefined);
    unset.hidden = value === undefined;
  };
  const set = (value) => {
    if (value === undefined) delete state.parameters[name];
    else state.parameters[name] = value;
    show();
    save();
    changed();
  };
  field.addEventListener("input", () => {
    const wrong = field.value !== "" && !field.checkValidity();
    field.setAttribute("aria-invalid", String(wrong || field.validity.badInput));
    if (!wrong && !field.validity.badInput) set(field.value === "" ? undefined : field.valueAsNumber);
  });
  field.addEventListener("blur", () => {
    field.removeAttribute("aria-invalid");
    field.value = state.parameters[name] ?? "";
  });
  slide?.addEventListener("input", () => {
    set(slide.valueAsNumber);
    field.value = slide.value;
  });
  unset.addEventListener("click", () => {
    set(undefined);
    field.focus();
  });
  show();
  return node;
}
