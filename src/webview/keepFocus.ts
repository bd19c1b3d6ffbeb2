/**
 * Keeps the keyboard focus in the page: a drawing that takes away what had it, or makes it unusable, would leave it
 * nowhere, and the next key with it.
 */

/**
 * Draws, and moves a focus that was lost thereby to the question; to what stands above it where an Enter that was meant
 * for the lost element, such as Stop, would send what is half typed there. Where the drawing itself gave it to another
 * element it stays, and a page that does not have the keyboard takes it from nobody.
 */
export function keepingFocus(draw: () => void): void {
  const before = document.activeElement;
  draw();
  if (!before || before === document.body || !document.hasFocus()) return;
  if (before.isConnected && !before.matches(":disabled")) return;
  const { activeElement } = document;
  // A browser takes the focus from what is disabled only after the frame.
  if (activeElement !== before && activeElement !== document.body) return;
  const wouldSend = document.querySelector(".composer [type=submit]:not(:disabled)") !== null;
  const next = wouldSend ? ".conversation, .sessions input" : ".composer textarea";
  document.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
}
