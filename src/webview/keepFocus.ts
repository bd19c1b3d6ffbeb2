/**
 * Keeps the keyboard focus in the page: a drawing that takes away what had it, or makes it unusable, would leave it
 * nowhere, and the next key with it.
 */

/**
 * Draws, and moves a focus that was lost thereby to the question. Where the drawing itself gave it to another element it
 * stays, and a page that does not have the keyboard takes it from nobody.
 */
export function keepingFocus(draw: () => void): void {
  const before = document.activeElement;
  draw();
  if (!before || before === document.body || !document.hasFocus()) return;
  if (before.isConnected && !before.matches(":disabled")) return;
  const { activeElement } = document;
  // A browser takes the focus from what is disabled only after the frame.
  if (activeElement !== before && activeElement !== document.body) return;
  document.querySelector<HTMLElement>(".composer textarea")?.focus({ preventScroll: true });
}
