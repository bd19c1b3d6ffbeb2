import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Turn } from "../../../../src/common/panel.ts";
import { type Forks, fork, switchVersion, versionsOf } from "../../../../src/features/chat/branches.ts";

const turn = (id: string): Turn => ({ role: "user", id, text: id, attachments: [] });
const start = (...ids: string[]) => ({ turns: ids.map(turn), forks: {} as Forks });
const path = ({ turns }: { turns: Turn[] }) => turns.map(({ id }) => id).join(" ");

describe("branches", () => {
  it("another version of an answer keeps the first with all that followed", () => {
    const chat = start("q1", "a1", "q2", "a2");
    fork(chat, "a1");
    expect(path(chat)).toBe("q1");
    chat.turns.push(turn("a3"));
    expect(versionsOf(chat)).toEqual({ a3: { number: 2, count: 2 } });
    expect(switchVersion(chat, "a3", -1)).toBe(true);
    expect(path(chat)).toBe("q1 a1 q2 a2");
    expect(switchVersion(chat, "a1", -1)).toBe(false);
    expect(switchVersion(chat, "a1", 1)).toBe(true);
    expect(path(chat)).toBe("q1 a3");
  });

  it("the first question can be asked in other words", () => {
    const chat = start("q1", "a1");
    fork(chat, "q1");
    chat.turns.push(turn("q2"), turn("a2"));
    expect(versionsOf(chat)).toEqual({ q2: { number: 2, count: 2 } });
    switchVersion(chat, "q2", -1);
    expect(path(chat)).toBe("q1 a1");
  });

  it("a turn without other versions has nothing to switch to", () => {
    const chat = start("q1", "a1");
    expect(switchVersion(chat, "a1", 1)).toBe(false);
    expect(versionsOf(chat)).toEqual({});
    expect(() => fork(chat, "gone")).toThrow("not on the path");
  });

  it("whatever is forked and switched, every turn stays reachable and none is doubled", () => {
    const step = fc.record({ at: fc.nat(8), kind: fc.constantFrom("fork", "back", "forth") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const chat = start("t0", "t1", "t2", "t3");
        let next = 4;
        for (const { at, kind } of steps) {
          const { id } = chat.turns[at % chat.turns.length]!;
          if (kind === "fork") {
            fork(chat, id);
            chat.turns.push(turn(`t${next++}`), turn(`t${next++}`));
          } else switchVersion(chat, id, kind === "back" ? -1 : 1);
          const stored = Object.values(chat.forks).flatMap(({ versions }) => versions.flat());
          const ids = [...chat.turns, ...stored].map((one) => one.id);
          expect(ids.toSorted()).toEqual(Array.from({ length: next }, (_, i) => `t${i}`).toSorted());
          for (const { versions, active } of Object.values(chat.forks)) expect(versions[active]).toEqual([]);
        }
      }),
    );
  });
});
