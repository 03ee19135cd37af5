// The tab's one WebSocket: says hello, comes back by itself, and tells plainly when the hub is away.

const WAITS_MS = [200, 500, 1000, 2000, 4000, 8000];
const PING_MS = 20_000, SILENT_MS = 45_000;
const BLOCKED = 3;          // so many sockets that never opened, though the hub answers: no socket gets through

/** Raises "open", "away" (detail: ms to the next try, reason), "message" (detail: JSON) and "sound" (ArrayBuffer). */
export class Socket extends EventTarget {
  /** @param {() => object} hello makes the first message of each connection */
  constructor(hello) {
    super();
    this.hello = hello;
    this.tries = 0;
    const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    this.url = `${location.origin.replace(/^http/, "ws")}/ws/session/${id}`;
    this.path = `/session/${id}`;
    this.unopened = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    setInterval(() => this.beat(), PING_MS);
    this.connect();
  }

  get live() { return this.ws?.readyState === WebSocket.OPEN && this.welcomed; }

  connect() {
    clearTimeout(this.retry);
    this.welcomed = false;
    const ws = this.ws = this.carried ? new this.carried(this.path) : new WebSocket(this.url);
    ws.binaryType = "arraybuffer";
    ws.onopen = () => (this.unopened = 0) || ws.send(JSON.stringify({ type: "hello", page: true, audio: { encoding: "s16le", rate: 16000 }, ...this.hello() }));
    ws.onmessage = ({ data }) => this.receive(data);
    ws.onclose = ({ code, reason }) => this.closed(ws, code, reason);
  }

  receive(data) {
    this.heard = performance.now();
    if (typeof data !== "string") return this.raise("sound", data);
    const message = JSON.parse(data);
    if (message.type === "welcome") {
      this.welcomed = true;
      this.tries = 0;
      this.raise("open", message);
    }
    return this.raise("message", message);
  }

  closed(ws, code, reason) {
    if (ws !== this.ws) return;
    this.welcomed = false;
    this.look();
    if (code === 4401) return location.reload();      // signed out: the page says what to do
    const wait = WAITS_MS[Math.min(this.tries++, WAITS_MS.length - 1)] * (0.8 + 0.4 * Math.random());
    this.retry = setTimeout(() => this.connect(), wait);
    return this.raise("away", { wait, reason, tries: this.tries });
  }

  /** Where sockets are blocked and the hub answers all the same, go on without one; look again after each end. */
  async look() {
    if (this.carried || ++this.unopened < BLOCKED) { this.carried = undefined; return; }
    const there = await fetch("/health", { headers: { accept: "application/json" } }).then((answer) => answer.ok, () => false);
    if (there) this.carried = (await import("./carrier.js")).Carrier;
  }

  /** Try now instead of later. */
  hurry() {
    if (this.ws.readyState === WebSocket.CLOSED) this.connect();
  }

  beat() {
    if (!this.live) return;
    if (performance.now() - this.heard > SILENT_MS) {
      const dead = this.ws;
      dead.close();
      this.closed(dead, 1006, "silent");
      return;
    }
    this.send({ type: "ping" });
  }

  /** @returns {boolean} whether it could be sent */
  send(message) {
    if (!this.live) return false;
    this.ws.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
    return true;
  }

  raise(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
