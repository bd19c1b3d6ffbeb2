/** The whole panel in happy-dom, its animation frames and its clock; for files of tests with that environment. */
import { beforeAll, beforeEach } from "vitest";
import type { FromPanel, PanelToken, SavedView, ToPanel } from "../../../src/common/panel.ts";

/** What the page has told its host since the test began. */
export const sent: FromPanel[] = [];
/** What it has kept of its view. */
export let saved: SavedView | undefined;
let frames: (() => void)[] = [];
let now = 0;

/** Lets a frame go by; returns how often the panel has asked for it. */
export function runFrame(): number {
  const callbacks = frames;
  frames = [];
  now += 16;
  for (const callback of callbacks) callback();
  return callbacks.length;
}

/** Runs animation frames until the panel asks for no more; returns how many. */
export function runFrames(): number {
  let count = 0;
  for (; frames.length > 0; count++) runFrame();
  return count;
}

export function receive(...messages: ToPanel[]): void {
  for (const data of messages) window.dispatchEvent(new MessageEvent("message", { data }));
  runFrames();
}

export const $ = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
export const user = { role: "user" as const, id: "u1", text: "Why?", attachments: [] };
export const tokens = (segment: "thinking" | "answer", ...texts: string[]): PanelToken[] =>
  texts.map((text) => ({ text, segment, origin: "target" }));

/** Before the tests of a file. */
export function openPanel(): void {
  beforeAll(async () => {
    document.body.innerHTML = '<div id="root"></div>';
    Object.assign(globalThis, {
      acquireVsCodeApi: () => ({
        postMessage: (message: FromPanel) => sent.push(message),
        getState: () => undefined,
        setState: (state: SavedView) => {
          saved = state;
        },
      }),
      requestAnimationFrame: (callback: () => void) => frames.push(callback),
    });
    performance.now = () => now;
    await import("../../../src/webview/panel.tsx");
  });

  beforeEach(() => {
    sent.length = 0;
  });
}
