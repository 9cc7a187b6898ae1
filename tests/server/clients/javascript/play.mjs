// Plays the conversations of a module: `node play.mjs MODULE`. Each line of the input is [CONVERSATION, ORIGIN, MODEL],
// each line of the output what came back.
import { createInterface } from "node:readline";

const conversations = await import(process.argv[2]);
console.log = console.error; // what the packages have to say

for await (const line of createInterface({ input: process.stdin })) {
  const [conversation, origin, model] = JSON.parse(line);
  let answer;
  try {
    answer = { played: await conversations[conversation](origin, model) };
  } catch (error) {
    answer = { failed: error.stack ?? String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
