import { describe, expect, it } from "vitest";
import { cgroupQuota, ThreadGovernor, usableCores } from "../../../src/engine/threads.ts";

const files = (content: Record<string, string>) => (path: string) => {
  const text = content[path];
  if (text === undefined) throw new Error(`ENOENT ${path}`);
  return text;
};

describe("cores", () => {
  it("reads the quota of cgroup v2 and v1, and knows when there is none", () => {
    expect(cgroupQuota(files({ "/sys/fs/cgroup/cpu.max": "150000 100000\n" }))).toBe(1.5);
    expect(cgroupQuota(files({ "/sys/fs/cgroup/cpu.max": "max 100000\n" }))).toBeNull();
    const v1 = { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000" };
    expect(cgroupQuota(files(v1))).toBe(3);
    expect(cgroupQuota(files({ ...v1, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1" }))).toBeNull();
    expect(cgroupQuota(files({}))).toBeNull();
  });

  it("never counts more cores than the quota gives, and at least one", () => {
    expect(usableCores(files({ "/sys/fs/cgroup/cpu.max": "50000 100000" }))).toBe(1);
    expect(usableCores(files({ "/sys/fs/cgroup/cpu.max": "100000 100000" }))).toBe(1);
  });
});

describe("ThreadGovernor", () => {
  function governor(max = 4) {
    const clock = { ms: 0 };
    return { clock, it: new ThreadGovernor(max, () => clock.ms) };
  }
  function pass({ clock, it }: ReturnType<typeof governor>, ms: number, times = 1) {
    for (let i = 0; i < times; i++) {
      clock.ms += ms;
      it.observe(ms);
    }
  }

  it("keeps its threads while passes vary as they usually do", () => {
    const g = governor();
    for (let i = 0; i < 200; i++) pass(g, 30 + (i % 7) * 5);
    expect(g.it.threads).toBe(4);
  });

  it("halves the threads after one pass that takes many times the best, and after some that take several times", () => {
    const terrible = governor();
    pass(terrible, 30, 5);
    pass(terrible, 3_000);
    expect(terrible.it.threads).toBe(2);
    const slow = governor();
    pass(slow, 30, 5);
    pass(slow, 120, 2);
    expect(slow.it.threads).toBe(4);
    pass(slow, 120);
    expect(slow.it.threads).toBe(2);
  });

  it("goes down to one thread and not below", () => {
    const g = governor(2);
    pass(g, 30, 5);
    for (let i = 0; i < 5; i++) {
      pass(g, 30);
      pass(g, 2_000);
    }
    expect(g.it.threads).toBe(1);
  });

  it("tries more threads again after a while, and keeps them when they pay", () => {
    const g = governor(2);
    pass(g, 30, 5);
    pass(g, 3_000);
    expect(g.it.threads).toBe(1);
    while (g.it.threads === 1 && g.clock.ms < 20_000) pass(g, 50);
    expect(g.it.threads).toBe(2);
    pass(g, 30, 100);
    expect(g.it.threads).toBe(2);
  });

  it("goes back when a trial fails, and waits longer before the next", () => {
    const g = governor(2);
    pass(g, 30, 5);
    pass(g, 3_000);
    let trials = 0;
    while (g.clock.ms < 60_000) {
      const trying = g.it.threads === 2;
      if (trying) trials++;
      pass(g, trying ? 1_000 : 50);
      expect(g.it.threads === 2 && trying).toBe(false);
    }
    expect(trials).toBeGreaterThanOrEqual(2);
    expect(trials).toBeLessThanOrEqual(6);
  });
});

describe("ThreadGovernor.settle", () => {
  /** Times of a pass by thread count, and how often each was tried. */
  async function settle(ms: Record<number, number>) {
    const it = new ThreadGovernor(2, () => 0);
    const tried: number[] = [];
    await it.settle(async (threads) => {
      tried.push(threads);
      return ms[threads]!;
    });
    return { threads: it.threads, tried };
  }

  it("begins with all threads on a free machine, and with half on a busy one", async () => {
    expect((await settle({ 2: 30, 1: 47 })).threads).toBe(2);
    expect((await settle({ 2: 154, 1: 72 })).threads).toBe(1);
  });

  it("does not repeat a pass that took for ever", async () => {
    expect(await settle({ 2: 3_000, 1: 25 })).toEqual({ threads: 1, tried: [2, 1] });
  });

  it("then sees at once when even the first pass of a prompt collapses", async () => {
    const it = new ThreadGovernor(2, () => 0);
    await it.settle(async (threads) => (threads === 2 ? 30 : 47));
    it.observe(1_000);
    expect(it.threads).toBe(1);
  });
});
