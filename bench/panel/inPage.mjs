/** What runs inside the page: each function is sent there as its source, so it may use nothing from outside itself. */

/** Sends tokens on a timer, as the host does 60 times a second, types now and then, and watches the frames. */
export async function stream({ text, rate, seconds, turn, segment }) {
  const pieces = `${text}\n\n`.match(/\s*\S{1,4}|\s+$/g);
  const origins = ["target", "target", "suffix", "draft"];
  const total = rate * seconds;
  const frames = [];
  const keys = [];
  const work = [];
  const input = document.querySelector(".composer textarea");
  const nativeRequest = window.requestAnimationFrame.bind(window);
  // The panel draws inside its animation frame: the time of the callback is the panel's work, layout included.
  window.requestAnimationFrame = (callback) =>
    nativeRequest((time) => {
      const start = performance.now();
      callback(time);
      work.push(performance.now() - start);
    });
  const begin = performance.now();
  let sent = 0;
  let last = begin;
  let watching = true;
  const watch = (now) => {
    frames.push(now - last);
    last = now;
    if (watching) nativeRequest(watch);
  };
  nativeRequest(watch);
  while (sent < total) {
    await new Promise((resolve) => setTimeout(resolve, 16));
    const elapsedMs = performance.now() - begin;
    const due = Math.min(total, Math.floor((elapsedMs / 1000) * rate));
    const tokens = [];
    for (; sent < due; sent++)
      tokens.push({ text: pieces[sent % pieces.length], segment, origin: origins[(sent >> 2) % origins.length] });
    const live = { ...turn.live, thinkingTokens: sent, answerTokens: sent, elapsedMs };
    if (tokens.length > 0)
      window.postMessage({ type: "append", turnId: turn.id, tokens, live, thinkingMs: elapsedMs }, "*");
    if (sent % 50 < 8) {
      const pressed = performance.now();
      input.value += "x";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      nativeRequest(() => setTimeout(() => keys.push(performance.now() - pressed)));
    }
  }
  watching = false;
  window.requestAnimationFrame = nativeRequest;
  const shown = document.querySelector(".turn-assistant")?.textContent.length ?? 0;
  return { shown, tokens: sent, elements: document.querySelectorAll("*").length, frames: frames.slice(1), work, keys };
}

/** Milliseconds from the click that opens the thought to the frame after the one that draws it. */
export async function openThought() {
  const button = document.querySelector(".thinking .disclosure");
  const start = performance.now();
  button.click();
  while (!document.querySelector(".thought")) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}

/** Frame times (ms) of a walk through the open thought, from its end to its beginning. */
export async function scrollThought() {
  const thought = document.querySelector(".thought");
  const frames = [];
  const steps = 60;
  thought.scrollTop = thought.scrollHeight;
  let last = await new Promise(requestAnimationFrame);
  for (let i = steps - 1; i >= 0; i--) {
    thought.scrollTop = (thought.scrollHeight * i) / steps;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}

/** Raw times to median, 95th percentile and longest; runs here, not in the page. */
export function figuresOf({ frames = [], work, keys, ...counts }) {
  const at = (list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const share = (part) =>
      Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1));
    return { median: share(0.5), p95: share(0.95), longest: share(1) };
  };
  return {
    ...counts,
    frames: frames.length,
    framesOver50Ms: frames.filter((frame) => frame > 50).length,
    frameMs: at(frames),
    ...(work && { updates: work.length, updateMs: at(work) }),
    ...(keys && { keyMs: at(keys) }),
  };
}
