// The JavaScript of the documented pages, as they print it, but for the address: `node page.mjs ORIGIN MODEL`.
const [origin, model] = process.argv.slice(2);

async function run(model, input) {
  const response = await fetch(
    `${origin}/client/v4/accounts/${process.env.CLOUDFLARE_ACCOUNT_ID}/ai/run/${model}`,
    {
      headers: { Authorization: `Bearer ${process.env.CLOUDFLARE_AUTH_TOKEN}` },
      method: "POST",
      body: JSON.stringify(input),
    },
  );
  return await response.json();
}

run(model, {
  messages: [
    { role: "system", content: "You are a friendly assistant" },
    { role: "user", content: "Why is pizza so good" },
  ],
}).then((response) => {
  console.log(JSON.stringify(response));
});
