// Conversations of Cloudflare's provider for the AI SDK.
import { APICallError, Output, generateText, isStepCount, streamText, tool } from "ai";
import { createWorkersAI } from "workers-ai-provider";
import { z } from "zod";

globalThis.AI_SDK_LOG_WARNINGS = false;

const service = "https://api.cloudflare.com";
const question = "How warm is it in Paris and in Oslo?";

// The provider takes no base URL, but it takes a `fetch`: this one only changes the address.
const chatOf = (origin, model) => {
  const elsewhere = (url, options) => {
    if (!url.startsWith(service)) throw new Error(`the provider asked ${url}`);
    return fetch(origin + url.slice(service.length), options);
  };
  return createWorkersAI({ accountId: "a".repeat(32), apiKey: "any", fetch: elsewhere })(model);
};

const toolsInto = (ran) => ({
  get_weather: tool({
    description: "The weather of a city.",
    inputSchema: z.object({ city: z.string().describe("Its name.") }),
    execute: async ({ city }) => {
      ran.push(city);
      return { city, degrees: 12 };
    },
  }),
});

const facts = (result) => ({
  text: result.text,
  finish: result.finishReason,
  usage: [result.totalUsage.inputTokens, result.totalUsage.outputTokens],
  calls: result.steps.map((step) => step.toolCalls.map(({ toolName, input }) => [toolName, input])),
});

const gathered = async (result) => {
  const pieces = [];
  for await (const piece of result.textStream) pieces.push(piece);
  const [text, finishReason, totalUsage, steps] = await Promise.all([
    result.text,
    result.finishReason,
    result.totalUsage,
    result.steps,
  ]);
  return { ...facts({ text, finishReason, totalUsage, steps }), pieces };
};

const failure = (error) => {
  if (!APICallError.isInstance(error)) throw error;
  return { status: error.statusCode, retryable: error.isRetryable, body: error.responseBody };
};

const short = (origin, model) => ({ model: chatOf(origin, model), prompt: "Say hello.", maxOutputTokens: 12 });

const withTools = (origin, model, ran) => ({
  model: chatOf(origin, model),
  prompt: question,
  tools: toolsInto(ran),
  stopWhen: isStepCount(5),
});

const forced = (origin, model, ran) => ({
  model: chatOf(origin, model),
  prompt: question,
  tools: toolsInto(ran),
  toolChoice: "required",
  maxOutputTokens: 64,
});

export const generate = async (origin, model) =>
  facts(await generateText({ ...short(origin, model), system: "Be brief." }));

export const stream = (origin, model) => gathered(streamText(short(origin, model)));

export const tools = async (origin, model) => {
  const ran = [];
  return { ...facts(await generateText(withTools(origin, model, ran))), ran };
};

export const streamedTools = async (origin, model) => {
  const ran = [];
  return { ...(await gathered(streamText(withTools(origin, model, ran)))), ran };
};

export const forcedTool = async (origin, model) => {
  const ran = [];
  return { ...facts(await generateText(forced(origin, model, ran))), ran };
};

export const streamedForcedTool = async (origin, model) => {
  const ran = [];
  return { ...(await gathered(streamText(forced(origin, model, ran)))), ran };
};

export const object = async (origin, model) => {
  const schema = z.object({ city: z.string(), degrees: z.number() });
  const chat = chatOf(origin, model);
  const prompt = "It is 12 degrees in Paris.";
  return (await generateText({ model: chat, prompt, maxOutputTokens: 64, output: Output.object({ schema }) })).output;
};

export const error = async (origin, model) => {
  try {
    return facts(await generateText({ ...short(origin, model), maxRetries: 0 }));
  } catch (error) {
    return failure(error);
  }
};

export const retried = async (origin, model) => facts(await generateText({ ...short(origin, model), maxRetries: 1 }));

export const brokenStream = async (origin, model) => {
  const texts = [];
  const ends = [];
  const result = streamText({ ...short(origin, model), maxRetries: 0, onError: () => {} });
  for await (const part of result.stream) {
    if (part.type === "text-delta") texts.push(part.text);
    if (part.type === "finish-step") ends.push([part.finishReason, part.rawFinishReason]);
    if (part.type === "error") ends.push(String(part.error));
  }
  return { texts, ends };
};

export const leave = async (origin, model) => {
  const leaving = new AbortController();
  const result = streamText({ ...short(origin, model), abortSignal: leaving.signal, onError: () => {} });
  let seen = 0;
  try {
    for await (const piece of result.textStream) {
      if (piece && ++seen === 3) leaving.abort();
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
  return seen;
};
