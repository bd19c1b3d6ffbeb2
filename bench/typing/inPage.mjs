/** What runs inside the workbench's page: sent there as its source, so it may use nothing from outside itself. */

/**
 * Watches the line of the active editor that holds `marker`. From each key press (the browser's own time of it) to the end
 * of the frame that shows its character: the editor draws inside an animation frame, so a message that is posted when
 * its line has changed arrives once that frame is laid out and painted. What the compositor takes after that is not in it.
 * Leaves `window.hunchTyping.times` (ms), in the order of the keys.
 */
export function watchTyping(marker) {
  window.hunchTyping?.stop();
  const lines = document.querySelector(".editor-group-container.active .monaco-editor .view-lines");
  const lineLength = () => {
    // Blanks are drawn as no-break spaces.
    const texts = [...lines.querySelectorAll(".view-line")].map((line) => line.textContent.replaceAll("\u00a0", " "));
    return texts.find((text) => text.includes(marker))?.length ?? 0;
  };
  const before = lineLength();
  if (before === 0) throw new Error(`no line “${marker}” in the active editor`);
  const pressed = [];
  const times = [];
  let shown = 0;
  const onKey = ({ timeStamp }) => pressed.push(timeStamp);
  const frame = new MessageChannel();
  frame.port1.onmessage = ({ data }) => {
    const now = performance.now();
    for (let key = times.length; key < data; key++) times.push(now - pressed[key]);
  };
  const observer = new MutationObserver(() => {
    const length = Math.min(pressed.length, lineLength() - before);
    if (length <= shown) return;
    shown = length;
    frame.port2.postMessage(shown);
  });
  observer.observe(lines, { childList: true, subtree: true, characterData: true });
  window.addEventListener("keydown", onKey, true);
  const stop = () => {
    observer.disconnect();
    window.removeEventListener("keydown", onKey, true);
  };
  window.hunchTyping = { times, stop };
}
