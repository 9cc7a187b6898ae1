// Ties the parts together: what is on the page follows from `state`, `config` and the run under way.

import { Failure, send } from "./api.js";
import { drawCode } from "./code.js";
import { follow, setUpComposer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { $, count, eachFrame, el, say } from "./dom.js";
import { setUpPanes, setUpTabs, setUpTheme, showPane } from "./layout.js";
import { closeCalls, drive } from "./loop.js";
import { drawParameters } from "./parameters.js";
import { drawRaw } from "./raw.js";
import { save, saveNow, state, token } from "./store.js";
import { drawTimeline } from "./timeline.js";
import { drawTools } from "./tools.js";
import { welcome } from "./welcome.js";

let config = { models: [], tools: [], parameters: {} };
let model = null;
let running = null; // {controller, since, decisions}
let record = null;
let trouble = null;

const composer = setUpComposer({ submit, stop });
const stick = follow();
const conversation = new Conversation($("#conversation"), {
  edit,
  retry,
  decide,
  allowMore,
});

const redraw = eachFrame(() => {
  conversation.show(state.messages, {
    busy: Boolean(running),
    waiting: waiting(),
    trouble,
    welcome: welcome(config, model, ask),
  });
  $("#clear").disabled = !state.messages.length && !trouble;
  stick();
});

const redrawRun = eachFrame(() => {
  if (state.tab === "timeline") drawTimeline($("#timeline"), record);
  if (state.tab === "raw") drawRaw($("#raw"), record);
  if (state.tab === "code" && model) drawCode($("#code"), config, model);
});

const settingsChanged = () => {
  if (!state.messages.length) redraw();
  redrawRun();
};

function waiting() {
  const last = state.messages.at(-1);
  if (!running || !last?.busy || last.content || last.reasoning || last.calls.length) return false;
  const seconds = (performance.now() - running.since) / 1000;
  return seconds < 3
    ? true
    : `Waiting for the model, ${Math.floor(seconds)} s. The first use of a model loads it, and long prompts take time.`;
}

function ask(text) {
  composer.text = text;
  submit();
}

function submit() {
  if (running || !composer.text || !model) return;
  state.messages.push({ role: "user", content: composer.text });
  composer.text = "";
  start();
}

async function start() {
  const controller = new AbortController();
  running = { controller, since: performance.now(), decisions: new Map() };
  record = { model: model.name, started: performance.now(), steps: [] };
  trouble = null;
  showPane("chat");
  composer.busy(true);
  say("The model is working.");
  stick(true);
  const clock = setInterval(() => {
    redraw();
    redrawRun();
  }, 250);
  try {
    const hooks = { changed: redraw, recorded: redrawRun, decide: wait };
    await drive({ config, model, messages: state.messages, record, signal: controller.signal, hooks });
    say(`The model says: ${state.messages.at(-1)?.content || "nothing."}`);
  } catch (error) {
    broke(error, controller.signal);
  } finally {
    clearInterval(clock);
    record.ended = performance.now();
    running = null;
    composer.busy(false);
    saveNow();
    redraw();
    redrawRun();
  }
}

// A decision of the person about a call; ends with the run.
function wait(call, signal) {
  say(`The model wants to run ${call.name}. ${call.state === "asking" ? "Approve or refuse it." : "Type its result."}`);
  redraw();
  return new Promise((resolve, reject) => {
    running.decisions.set(call, resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function decide(call, decision) {
  running?.decisions.get(call)?.(decision);
}

function broke(error, signal) {
  const last = state.messages.at(-1);
  if (last?.role === "assistant") {
    if (signal.aborted) last.stopped = true;
    else if (!last.content && !last.calls.length && !last.reasoning) state.messages.pop();
    closeCalls(last.calls);
  }
  if (signal.aborted) {
    say("Stopped.");
    return;
  }
  const known = error instanceof Failure ? error : new Failure("page", "The page failed.", String(error));
  if (!(error instanceof Failure)) console.error(error);
  trouble = { title: known.title, detail: known.detail, retry: known.kind !== "turns" };
  if (known.kind === "access") askForToken();
}

function stop() {
  running?.controller.abort();
}

function retry() {
  if (running) return;
  const last = state.messages.findLastIndex((message) => message.role === "user");
  if (!model) return void load();
  if (last < 0) return;
  state.messages.length = last + 1;
  start();
}

function allowMore() {
  state.parameters.max_tokens = Math.max(2048, 2 * (state.parameters.max_tokens || 256));
  if (model.context) state.parameters.max_tokens = Math.min(state.parameters.max_tokens, Math.floor(model.context / 2));
  drawParameters(config, model, settingsChanged);
  retry();
}

function edit(message) {
  state.messages.length = state.messages.indexOf(message);
  composer.text = message.content;
  trouble = null;
  save();
  redraw();
  composer.focus();
}

function clear() {
  stop();
  state.messages = [];
  trouble = null;
  record = null;
  saveNow();
  redraw();
  redrawRun();
  composer.focus();
  say("New conversation.");
}

function askForToken() {
  $("#access").hidden = false;
  showPane("settings");
  $("#token").focus();
}

function choose(name) {
  model = config.models.find((item) => item.name === name) || config.models[0] || null;
  if (!model) return;
  state.model = model.name;
  if (!running) trouble = null;
  $("#model").value = model.name;
  document.title = `${model.name} · agentkit playground`;
  $("#about").textContent = model.description;
  const facts = [
    ["Context", model.context ? `${count(model.context)} tokens` : "not stated"],
    ["Reply by default", `${count(model.max_tokens_streaming)} tokens`],
    ["Schema", model.is_agent ? "agent" : model.edition],
    ...(model.capabilities.length ? [["Can", model.capabilities.join(", ").replaceAll("_", " ")]] : []),
  ];
  $("#limits").replaceChildren(...facts.map(([term, value]) => el("div", el("dt", term), el("dd", value))));
  drawTools(config, model, settingsChanged);
  drawParameters(config, model, settingsChanged);
  const here = new URL(location.href);
  here.searchParams.set("model", model.name);
  history.replaceState(null, "", here.href.replaceAll("%40", "@").replaceAll("%2F", "/"));
  save();
  redraw();
  redrawRun();
}

async function load() {
  try {
    config = await (await send("playground/config.json")).json();
  } catch (error) {
    broke(error, new AbortController().signal);
    redraw();
    return;
  }
  trouble = null;
  $("#access").hidden = !config.needs_token;
  $("#version").textContent = `agentkit ${config.version}`;
  const select = $("#model");
  select.replaceChildren(...config.models.map(({ name }) => el("option", { value: name }, name)));
  select.disabled = !config.models.length;
  const asked = new URL(location.href).searchParams.get("model");
  choose(asked || state.model);
  if (asked && model && asked !== model.name) {
    trouble = { title: `This server does not have ${asked}.`, detail: `${model.name} is chosen in its place.` };
  }
}

setUpTheme();
setUpPanes();
setUpTabs(redrawRun);
$("#clear").addEventListener("click", clear);
$("#model").addEventListener("change", (event) => choose(event.target.value));
$("#system").value = state.system;
$("#system").addEventListener("input", (event) => {
  state.system = event.target.value;
  save();
  settingsChanged();
});
$("#prompt").addEventListener("input", settingsChanged);
$("#token").value = token.get();
$("#token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  token.set($("#token").value.trim());
  await load();
  if (config.models.length) {
    showPane("chat");
    composer.focus();
  }
});
for (const message of state.messages) {
  // of a run that the reload ended
  message.busy = false;
  if (message.calls) closeCalls(message.calls);
}
redraw();
redrawRun();
load();
if (!matchMedia("(pointer: coarse)").matches) composer.focus();
