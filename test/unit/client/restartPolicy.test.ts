import { expect, test } from "vitest";
import { RestartPolicy, windowMs } from "../../../src/client/restartPolicy.ts";

test("waits double; the sixth crash within three minutes is the last", () => {
  const policy = new RestartPolicy(100);
  const decisions = [0, 1, 2, 3, 4, 5].map((now) => policy.crashed(now));
  expect(decisions.slice(0, 5)).toEqual(
    [100, 200, 400, 800, 1600].map((delayMs, index) => ({ kind: "restart", attempt: index + 1, delayMs })),
  );
  expect(decisions[5]).toEqual({ kind: "giveUp" });
});

test("old crashes are forgotten, by time or by the user", () => {
  const policy = new RestartPolicy(100);
  for (const now of [0, 1, 2, 3, 4]) policy.crashed(now);
  expect(policy.crashed(windowMs + 2)).toMatchObject({ kind: "restart", attempt: 3 });
  policy.forget();
  expect(policy.crashed(windowMs + 3)).toMatchObject({ attempt: 1 });
});
