// The openai package of npm writes down a WAV from stdin and speaks: prints what it got as one line of JSON.
import OpenAI, { toFile } from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const file = () => toFile(Buffer.concat(chunks), "a.wav");
const told = {};

told.text = (await client.audio.transcriptions.create({ model: "whisper-1", file: await file() })).text;
const whole = await client.audio.transcriptions.create({ model: "whisper-1", file: await file(), response_format: "verbose_json" });
told.duration = whole.duration;
told.vtt = await client.audio.transcriptions.create({ model: "whisper-1", file: await file(), response_format: "vtt" });
told.streamed = "";
for await (const event of await client.audio.transcriptions.create({ model: "gpt-4o-transcribe", file: await file(), stream: true })) {
  if (event.type === "transcript.text.delta") told.streamed += event.delta;
}
const speech = await client.audio.speech.create({ model: "tts-1", voice: "alloy", input: "one two", response_format: "wav" });
told.speech = [...new Uint8Array(await speech.arrayBuffer())].slice(0, 4);
try {
  await client.audio.speech.create({ model: "tts-1", voice: "nobody", input: "one" });
} catch (error) {
  told.wrong = [error.constructor.name, error.status];
}
console.log(JSON.stringify(told));
