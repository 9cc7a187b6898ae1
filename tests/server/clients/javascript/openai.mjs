// Conversations of OpenAI's package.
import OpenAI from "openai";

const clientOf = (origin) => new OpenAI({ baseURL: `${origin}/v1`, apiKey: "any", maxRetries: 0 });
const ask = (text) => [{ role: "user", content: text }];
const question = ask("How warm is it in Paris and in Oslo?");

const toolsInto = (ran) => [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a city.",
      parameters: {
        type: "object",
        properties: { city: { type: "string", description: "Its name." } },
        required: ["city"],
      },
      parse: JSON.parse,
      function: ({ city }) => {
        ran.push(city);
        return JSON.stringify({ city, degrees: 12 });
      },
    },
  },
];

export const create = async (origin, model) => {
  const body = { model, messages: ask("Say hello."), max_tokens: 12 };
  const made = await clientOf(origin).chat.completions.create(body);
  const [choice] = made.choices;
  return { text: choice.message.content, finish: choice.finish_reason, usage: made.usage };
};

export const stream = async (origin, model) => {
  const body = { model, messages: ask("Say hello."), max_tokens: 12, stream: true };
  const chunks = await clientOf(origin).chat.completions.create({ ...body, stream_options: { include_usage: true } });
  const pieces = [];
  let finish, usage;
  for await (const chunk of chunks) {
    pieces.push(chunk.choices[0]?.delta.content ?? "");
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  return { text: pieces.join(""), pieces: pieces.filter(Boolean), finish, usage };
};

export const tools = async (origin, model) => {
  const ran = [];
  const runner = clientOf(origin).chat.completions.runTools({ model, messages: question, tools: toolsInto(ran) });
  return { text: await runner.finalContent(), ran };
};

export const streamedTools = async (origin, model) => {
  const ran = [];
  const pieces = [];
  const body = { model, messages: question, tools: toolsInto(ran), stream: true };
  const runner = clientOf(origin).chat.completions.runTools(body);
  runner.on("content", (delta) => pieces.push(delta));
  return { text: await runner.finalContent(), pieces, ran };
};

export const error = async (origin, model) => {
  try {
    return await create(origin, model);
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, message: error.message };
  }
};

export const models = async (origin) => {
  const names = [];
  for await (const each of clientOf(origin).models.list()) names.push(each.id);
  return names;
};
