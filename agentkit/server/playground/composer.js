// The field for the message, and the keys that send and stop.

import { $ } from "./dom.js";

export function setUpComposer({ submit, stop }) {
  const field = $("#prompt");
  const touch = matchMedia("(pointer: coarse)").matches;
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`;
  };
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || (!touch && !event.shiftKey && !event.altKey)) {
      event.preventDefault();
      submit();
    }
  });
  $("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  $("#stop").addEventListener("click", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) stop();
  });
  return {
    get text() {
      return field.value.trim();
    },
    set text(value) {
      field.value = value;
      grow();
    },
    focus() {
      field.focus();
    },
    busy(busy) {
      const had = [$("#send"), $("#stop")].includes(document.activeElement);
      $("#send").hidden = busy;
      $("#stop").hidden = !busy;
      if (had) (busy ? $("#stop") : field).focus();
    },
  };
}

// Keeps the end of the conversation in view, unless the person has scrolled up to read.
export function follow() {
  const box = $("#scroll");
  const down = $("#down");
  let sticks = true;
  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  box.addEventListener(
    "scroll",
    () => {
      sticks = atEnd();
      down.hidden = sticks;
    },
    { passive: true },
  );
  const end = () => {
    box.scrollTop = box.scrollHeight;
  };
  down.addEventListener("click", () => {
    sticks = true;
    end();
  });
  return (force) => {
    if (force) sticks = true;
    if (sticks) end();
  };
}
