// Stands in for the tab's WebSocket where a network lets none through: events one way, requests the other.

const SOUND_MS = 100;       // sound is gathered for so long: a request for each frame would be too many

/** As much of a WebSocket as socket.js uses. `path` names the session. */
export class Carrier {
  constructor(path) {
    this.path = path;
    this.readyState = WebSocket.CONNECTING;
    this.waiting = [];
    this.events = new EventSource(`${path}/events`);
    this.events.onopen = () => this.begun();
    this.events.onmessage = ({ data }) => this.onmessage?.({ data });
    this.events.addEventListener("sound", ({ data }) => this.onmessage?.({ data: bytes(data) }));
    this.events.addEventListener("closed", ({ data }) => this.end(parseInt(data, 10), data.replace(/^\d+ ?/, "")));
    this.events.onerror = () => this.end(1006, "");
  }

  begun() {
    if (this.readyState !== WebSocket.CONNECTING) return;
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  /** Send text, or sound; both keep their order. */
  send(message) {
    const last = this.waiting.at(-1);
    if (typeof message === "string") this.waiting.push(message);
    else if (Array.isArray(last)) last.push(message);
    else this.waiting.push([message]);
    this.work();
  }

  async work() {
    if (this.working) return;
    this.working = true;
    while (this.waiting.length && this.readyState === WebSocket.OPEN) {
      if (Array.isArray(this.waiting[0]) && this.waiting.length === 1) await new Promise((done) => setTimeout(done, SOUND_MS));
      if (!await this.post(this.waiting.shift())) this.end(1006, "");
    }
    this.working = false;
  }

  async post(message) {
    const text = typeof message === "string";
    try {
      const answer = await fetch(`${this.path}/messages`, {
        method: "POST",
        headers: { "content-type": text ? "application/json" : "application/octet-stream" },
        body: text ? message : new Blob(message),
      });
      return answer.ok || answer.status === 413;
    } catch {
      return false;
    }
  }

  close() { this.end(1000, ""); }

  end(code, reason) {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.events.close();
    this.onclose?.({ code, reason });
  }
}

function bytes(base64) {
  const text = atob(base64), out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out.buffer;
}
