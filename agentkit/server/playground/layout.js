// The parts of the page: panes on small screens, tabs of the run, light and dark.

import { $, say } from "./dom.js";
import { save, state } from "./store.js";

export function showPane(name) {
  document.body.dataset.pane = name;
  for (const button of document.querySelectorAll(".panes button"))
    button.setAttribute("aria-pressed", String(button.dataset.pane === name));
}

export function setUpPanes() {
  for (const button of document.querySelectorAll(".panes button"))
    button.addEventListener("click", () => showPane(button.dataset.pane));
}

$(".skip").addEventListener("click", () => showPane("chat"));

export function setUpTabs(shown) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab, focus) => {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      $(`#${other.getAttribute("aria-controls")}`).hidden = other !== tab;
    }
    if (focus) tab.focus();
    state.tab = tab.getAttribute("aria-controls");
    save();
    shown();
  };
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab, false));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 }[key];
      if (to !== undefined) choose(tabs.at(to % tabs.length), true);
    });
  }
  choose($(`#tab-${state.tab}`) || tabs[0], false);
}

const THEMES = { system: "as the system", light: "light", dark: "dark" };

export function setUpTheme() {
  const button = $("#theme");
  const show = () => {
    document.documentElement.dataset.theme = state.theme;
    button.title = `Theme: ${THEMES[state.theme]}`;
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    state.theme = names[(names.indexOf(state.theme) + 1) % names.length];
    show();
    say(button.title);
    save();
  });
  show();
}
