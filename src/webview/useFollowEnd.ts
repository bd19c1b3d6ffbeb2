/** Keeps a scrolled element at its end while content grows, until the user scrolls up; at the end it follows again. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rounding at fractional zoom leaves this many pixels. */
const tolerance = 2;

export interface FollowEnd {
  /** At the end, or on the way there with the next frame. */
  following: boolean;
  toEnd(): void;
}

export interface FollowEndOptions {
  /** Scrolls to where to begin; null for the end. */
  start?: ((element: HTMLElement) => void) | null;
  /** Hears of every scroll. */
  onScroll?(element: HTMLElement, atEnd: boolean): void;
}

/** `active`: content is growing. Call it in the component that is drawn whenever the content has grown. */
export function useFollowEnd(
  ref: RefObject<HTMLElement | null>,
  active: boolean,
  { start = null, onScroll }: FollowEndOptions = {},
): FollowEnd {
  const [following, setFollowing] = useState(start === null);
  const follows = useRef(start === null);
  const lastTop = useRef(0);
  const report = useRef(onScroll);
  report.current = onScroll;

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    start?.(element);
    lastTop.current = element.scrollTop;
    const change = (value: boolean) => {
      follows.current = value;
      setFollowing(value);
    };
    const listener = () => {
      const top = element.scrollTop;
      if (distanceToEnd(element) <= tolerance) change(true);
      else if (top < lastTop.current) change(false);
      lastTop.current = top;
      report.current?.(element, follows.current);
    };
    element.addEventListener("scroll", listener, { passive: true });
    // A narrower or lower panel moves the end; whoever was there stays there.
    const resized = new ResizeObserver(() => {
      if (follows.current) scrollToEnd(element);
    });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", listener);
      resized.disconnect();
    };
    // The place to begin counts once, when the element appears.
  }, [ref]);

  useLayoutEffect(() => {
    if (active && follows.current && ref.current) scrollToEnd(ref.current);
  });

  const toEnd = () => {
    follows.current = true;
    setFollowing(true);
    if (ref.current) scrollToEnd(ref.current);
  };
  return { following, toEnd };
}

function distanceToEnd(element: HTMLElement): number {
  return element.scrollHeight - element.clientHeight - element.scrollTop;
}

function scrollToEnd(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
}
