// Requests to the server that the page came from, and its errors in plain words.

import { token } from "./store.js";

export const address = (path) => new URL(path, document.baseURI).href;

export const runPath = (model) => `ai/run/${model.split("/").map(encodeURIComponent).join("/").replaceAll("%40", "@")}`;

export class Failure extends Error {
  constructor(kind, title, detail = "", raw = "") {
    super(title);
    Object.assign(this, { kind, title, detail, raw });
  }
}

export async function send(path, { body, signal } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  let response;
  try {
    const method = body === undefined ? "GET" : "POST";
    response = await fetch(address(path), { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw gone();
  }
  if (!response.ok) throw failure(response, await response.text());
  return response;
}

export const gone = () =>
  new Failure("gone", "The server does not answer.", `Is agentkit serve still running at ${location.host}?`);

export function failure(response, text) {
  const { message, code } = reported(text);
  const [kind, title, detail] = explained(response.status, Number(code), message, response.headers.get("retry-after"));
  return new Failure(kind, title, detail, text);
}

// The first error of a body, or of a frame, in any of the documented shapes; null where there is none.
export function errorIn(data) {
  const error = data?.errors?.[0] || (Array.isArray(data?.error) ? data.error[0] : data?.error);
  if (!error) return null;
  return typeof error === "string" ? { message: error } : { message: error.message || "", code: error.code };
}

function reported(text) {
  try {
    return errorIn(JSON.parse(text)) || { message: text.slice(0, 500) };
  } catch {
    return { message: text.slice(0, 500) };
  }
}

export function explained(status, code, message, wait) {
  const plain = message.replace(/^(Ai(Error)?: )+/, "").replace(/ \([0-9a-f-]{36}\)$/, "");
  if (status === 401 || [9106, 6003, 10000].includes(code)) {
    const title = token.get() ? "The server does not know this token." : "This server asks for a token.";
    return ["access", title, "Enter it under Settings, Access."];
  }
  if (status === 429) {
    const when = wait ? `Try again in ${wait} s.` : "Try again in a moment.";
    return ["busy", "The server is busy.", `${plain} ${when}`];
  }
  if (code === 5021 || code === 3010) return ["long", "This is too long for the model.", tooLong(plain)];
  if (status === 408) return ["slow", "It took too long.", plain];
  if (status === 413) return ["long", "The request is too large.", plain];
  if (code === 5007) return ["model", "This server does not have the model.", plain];
  if (status >= 500) return ["server", "The server failed.", plain];
  return ["refused", "The server refused the request.", plain];
}

function tooLong(text) {
  const numbers = text.match(/\((\d+)\)\D+\((\d+)\)/);
  if (!numbers) return text;
  const [asked, window] = numbers.slice(1).map(Number);
  return (
    `Conversation and max_tokens together need ${asked.toLocaleString("en")} tokens; its window is ` +
    `${window.toLocaleString("en")}. Lower max_tokens, or start a new conversation.`
  );
}
