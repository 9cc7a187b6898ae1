// What the page says before the first message.

import { el } from "./dom.js";
import { offered } from "./request.js";

const IDEAS = {
  now: "What time is it in Tokyo?",
  calculate: "What is 17.5 % of 2,340?",
  days_between: "How many days are there between 1 May 2027 and 24 December 2027?",
  list_files: "Which files are here?",
  read_file: "Read the README and tell me what it is about.",
};
const PLAIN = [
  "Write two short sentences about the sea.",
  "Write a haiku about a small server.",
  "List three uses of a local model, as a table.",
];

export function welcome(config, model, suggest) {
  if (!model) return el("div.welcome", el("p", ""));
  const names = offered(config, model).map((tool) => tool.name);
  const ideas = [
    ...Object.keys(IDEAS)
      .filter((name) => names.includes(name))
      .map((name) => IDEAS[name]),
    ...PLAIN,
  ].slice(0, 4);
  const tools = names.length ? `It can use ${names.length === 1 ? "one tool" : `${names.length} tools`}.` : "";
  return el(
    "div.welcome",
    el("h2", "Ask it something."),
    el("p", `${shortName(model.name)} ${model.is_local ? "runs inside" : "answers through"} this server. ${tools}`),
    el(
      "ul.ideas",
      ...ideas.map((idea) => el("li", el("button", { type: "button", onclick: () => suggest(idea) }, idea))),
    ),
  );
}

export const shortName = (name) => name.split("/").at(-1);
