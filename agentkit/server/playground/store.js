// What survives a reload: settings and the conversation in localStorage, the token only as long as the tab.

const KEY = "agentkit.playground";
const TOKEN = "agentkit.playground.token";

export const FIRST_PARAMETERS = { max_tokens: 1024 };

const fresh = () => ({
  model: null,
  system: "",
  stream: true,
  parameters: { ...FIRST_PARAMETERS },
  off: [], // names of tools that are switched off
  own: "",
  theme: "system",
  tab: "timeline",
  language: "curl",
  messages: [],
});

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    return found && Array.isArray(found.messages) ? found : {};
  } catch {
    return {};
  }
}

export const state = { ...fresh(), ...kept() };

let timer = 0;

export function save() {
  clearTimeout(timer);
  timer = setTimeout(saveNow, 250);
}

export function saveNow() {
  clearTimeout(timer);
  try {
    localStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // full, or forbidden: the page works without
  }
}

addEventListener("pagehide", saveNow);

export const token = {
  get: () => read(() => sessionStorage.getItem(TOKEN)) || "",
  set: (value) => read(() => sessionStorage.setItem(TOKEN, value)),
};

function read(access) {
  try {
    return access();
  } catch {
    return "";
  }
}
