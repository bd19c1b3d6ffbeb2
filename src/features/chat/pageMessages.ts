/** What a page is told of a change in its conversation; null where it needs the whole state. Pure. */
import type { ToPanel } from "../../common/panel.ts";
import type { SessionChange } from "./session.ts";

export function pageMessage(change: SessionChange): ToPanel | null {
  switch (change.type) {
    case "turns":
      return null;
    case "turn": {
      const { thinking: _thinking, answer: _answer, ...turn } = change.turn;
      return { type: "turn", turn };
    }
    case "tokens":
      return {
        type: "append",
        turnId: change.turn.id,
        tokens: change.tokens.map(({ text, segment, origin }) => ({ text, segment, origin })),
        live: change.live,
        thinkingMs: change.turn.thinkingMs,
      };
  }
}
