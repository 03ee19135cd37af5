// The microphones and speakers of this device, as they come and go.

/** Raises "change" after one came or went. */
class Devices extends EventTarget {
  constructor() {
    super();
    this.list = [];
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.look());
  }

  /** Look again; names come only once the microphone has been allowed. */
  async look() {
    try { this.list = await navigator.mediaDevices.enumerateDevices(); } catch { this.list = []; }
    this.dispatchEvent(new Event("change"));
  }

  get mics() { return this.of("audioinput"); }

  get speakers() { return this.of("audiooutput"); }

  /** Those of one kind that have an own name; "default" and "communications" only stand for others. */
  of(kind) {
    return this.list.filter((one) => one.kind === kind && one.deviceId && !["default", "communications"].includes(one.deviceId));
  }

  /** The name of the device `id` as people know it. */
  name(id) { return this.list.find((one) => one.deviceId === id)?.label ?? ""; }
}

export const devices = new Devices();
