// Where the hub's sound leaves the browser: the usual output, or the one its person chose.

/** Whether this browser lets a page choose; Safari does not. */
export const selectable = () => "setSinkId" in (globalThis.AudioContext?.prototype ?? {})
  || "setSinkId" in (globalThis.HTMLMediaElement?.prototype ?? {});

/** The end of the sound's way in one AudioContext. Connect to `node`. */
export class Outlet {
  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
    this.node = context.createGain();
    this.node.connect(context.destination);
    this.id = "";
  }

  /** Send the sound to the device `id`; empty: the usual one. Throws when the browser refuses. */
  async use(id) {
    if (id === this.id) return;
    if (this.context.setSinkId) await this.context.setSinkId(id);
    else await this.detour(id);
    this.id = id;
  }

  /** Firefox sends only media elements elsewhere, so the sound takes the way through one. */
  async detour(id) {
    if (!id) {
      this.element?.pause();
      this.node.disconnect();
      this.node.connect(this.context.destination);
      return;
    }
    this.stream ??= this.context.createMediaStreamDestination();
    this.element ??= Object.assign(new Audio(), { srcObject: this.stream.stream });
    await this.element.setSinkId(id);
    await this.element.play();
    this.node.disconnect();
    this.node.connect(this.stream);
  }
}
