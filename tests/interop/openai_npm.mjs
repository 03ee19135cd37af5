// The openai package of npm, as its users write it: prints what it got as one line of JSON.
import OpenAI from "openai";

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "Tell me about whales #7" }];
const tools = [
  { type: "function", function: { name: "turn_on", parameters: { type: "object", properties: { lamp: { type: "string" } } } } },
];
const call = [{ role: "user", content: 'call turn_on with {"lamp": "desk"}' }];
const told = {};

told.models = [];
for await (const one of client.models.list()) told.models.push(one.id);

const { data, response, request_id } = await client.chat.completions.create({ model, messages }).withResponse();
told.whole = data.choices[0].message.content;
told.total = data.usage.total_tokens;
told.provider = response.headers.get("x-hub-provider");
told.request = request_id;

told.streamed = "";
const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
  told.streamed += chunk.choices[0]?.delta?.content ?? "";
  if (chunk.usage) told.figures = chunk.usage.total_tokens;
}

const wanted = (await client.chat.completions.create({ model, messages: call, tools })).choices[0].message;
told.call = wanted.tool_calls[0].function;
const result = { role: "tool", tool_call_id: wanted.tool_calls[0].id, content: "It is on." };
told.after = (await client.chat.completions.create({ model, messages: [...call, wanted, result], tools })).choices[0].message.content;

const runner = client.chat.completions.stream({ model, messages: call, tools });
told.accumulated = (await runner.finalChatCompletion()).choices[0].message.tool_calls[0].function.arguments;

told.response = (await client.responses.create({ model, input: "Tell me about whales #7" })).output_text;
const responding = client.responses.stream({ model, input: "Tell me about whales #7" });
told.responded = (await responding.finalResponse()).output_text;

told.errors = {};
const attempts = {
  model: () => client.chat.completions.create({ model: "gpt-9", messages }),
  several: () => client.chat.completions.create({ model, messages, n: 2 }),
  key: () => new OpenAI({ baseURL, apiKey: "hub_wrong", maxRetries: 0 }).models.list(),
  vectors: () => client.embeddings.create({ model: "hub/auto", input: "whales" }),
};
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
    told.errors[name] = "none";
  } catch (error) {
    told.errors[name] = [error.constructor.name, error.status, error.code ?? ""];
  }
}
console.log(JSON.stringify(told));
