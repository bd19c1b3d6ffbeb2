/**
 * The place in a conversation by its turn, and not by pixels from the top: the height of a turn that was never laid out
 * is only supposed, and in the next page others are.
 */
import type { TurnPlace } from "../common/panel.ts";

/** What is at the upper edge of the scrolled element; null where no turn is. */
export function placeIn(scroller: HTMLElement): TurnPlace | null {
  const edge = scroller.getBoundingClientRect().top;
  for (const turn of turnsIn(scroller)) {
    const { top, bottom } = turn.getBoundingClientRect();
    if (bottom > edge) return { turnId: turn.dataset.turn ?? "", offset: edge - top };
  }
  return null;
}

export function scrollToPlace(scroller: HTMLElement, { turnId, offset }: TurnPlace): void {
  const turn = turnsIn(scroller).find(({ dataset }) => dataset.turn === turnId);
  if (!turn) return;
  // Its supposed height may be less than the offset.
  turn.style.contentVisibility = "visible";
  scroller.scrollTop += turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top + offset;
}

function turnsIn(scroller: HTMLElement): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>(":scope > [data-turn]")];
}
