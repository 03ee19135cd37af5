// Keeps a wall tablet's or a phone's screen on while there is talk.

let lock, wanted = false;

/** @param {boolean} on whether the screen must stay on */
export async function awake(on) {
  if (wanted === on) return;
  wanted = on;
  if (on) await hold();
  else { lock?.release().catch(() => {}); lock = undefined; }
}

async function hold() {
  try {
    const got = await navigator.wakeLock?.request("screen");
    if (wanted) lock = got;
    else got?.release().catch(() => {});
  } catch { /* a battery that runs low says no */ }
}

document.addEventListener("visibilitychange", () => wanted && !document.hidden && hold());
