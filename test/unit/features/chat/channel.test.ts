import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PanelState, ToPanel } from "../../../../src/common/panel.ts";
import { PanelChannel } from "../../../../src/features/chat/channel.ts";
import { live } from "../support.ts";

const state: ToPanel & { type: "state" } = { type: "state", state: {} as PanelState };
const append = (text: string, turnId = "t", answerTokens = 0): ToPanel => ({
  type: "append",
  turnId,
  tokens: [{ text, segment: "answer", origin: "target" }],
  live: live({ answerTokens }),
  thinkingMs: 0,
});

describe("PanelChannel", () => {
  let posted: ToPanel[];
  let channel: PanelChannel;
  beforeEach(() => {
    vi.useFakeTimers();
    posted = [];
    channel = new PanelChannel((message) => posted.push(structuredClone(message)));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const shown = () =>
    posted.map((message) =>
      message.type === "append" ? message.tokens.map((token) => token.text).join("+") : message.type,
    );

  it("sends nothing before the page asked", () => {
    channel.send(append("lost"));
    channel.send({ type: "focusInput", references: [] });
    vi.runAllTimers();
    expect(posted).toEqual([]);
  });

  it("joins the tokens of a frame, with the newest figures", () => {
    channel.open(state);
    channel.send(append("a", "t", 1));
    channel.send(append("b", "t", 2));
    vi.runAllTimers();
    channel.send(append("c", "t", 3));
    vi.runAllTimers();
    expect(shown()).toEqual(["state", "a+b", "c"]);
    expect(posted[1]).toMatchObject({ live: { answerTokens: 2 } });
  });

  it("keeps the order: tokens go before what follows them", () => {
    channel.open(state);
    channel.send(append("a"));
    channel.send({ type: "focusInput", references: [] });
    channel.send(append("b", "first"));
    channel.send(append("c", "second"));
    vi.runAllTimers();
    expect(shown()).toEqual(["state", "a", "focusInput", "b", "c"]);
  });

  it("does not send tokens twice when the whole state, which has them, comes between", () => {
    channel.open(state);
    channel.send(append("a"));
    channel.send(state);
    vi.runAllTimers();
    expect(shown()).toEqual(["state", "state"]);
  });

  it("drops what a hidden page missed; the next page gets the state first", () => {
    channel.open(state);
    channel.send(append("a"));
    channel.close();
    channel.send(append("b"));
    vi.runAllTimers();
    channel.open(state);
    channel.send(append("c"));
    vi.runAllTimers();
    expect(shown()).toEqual(["state", "state", "c"]);
  });

  it("does not change the messages it was given", () => {
    channel.open(state);
    const first = append("a");
    channel.send(first);
    channel.send(append("b"));
    expect(first).toEqual(append("a"));
  });
});
