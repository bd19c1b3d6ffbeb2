/** A part of the page with a scroll bar of its own. It can have the focus: without a mouse, only what has it is scrolled. */
import { type ComponentChildren, createElement, type RefObject } from "preact";

interface ScrolledProps {
  /** The kind of element; a `div` where nothing fits better. */
  as?: "div" | "main" | "pre" | "section";
  class?: string;
  "aria-label"?: string;
  element?: RefObject<HTMLElement | null>;
  children: ComponentChildren;
}

export function Scrolled({ as = "div", element, children, ...attributes }: ScrolledProps) {
  return createElement(as, { ...attributes, ref: element, tabIndex: 0 }, children);
}
