import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type EngineRecord, Rendezvous } from "../../../src/sharing/rendezvous.ts";
import { whileStarting } from "../../../src/sharing/startLock.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hunch-place-"));
  folders.push(folder);
  return folder;
}

const record = (address: string): EngineRecord => ({
  pid: 1,
  address,
  token: "t",
  log: "l",
  protocolVersion: 2,
  version: "1.0.0",
  hash: "h",
});

test("the folder is made for the user alone, and closed where it was open to others", () => {
  const folder = join(newFolder(), "deep", "place");
  new Rendezvous(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  chmodSync(folder, 0o755);
  new Rendezvous(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a link in the folder's place is refused: it may lead to somebody else's", () => {
  const folder = newFolder();
  mkdirSync(join(folder, "elsewhere"));
  symlinkSync(join(folder, "elsewhere"), join(folder, "place"));
  expect(() => new Rendezvous(join(folder, "place"))).toThrow("no folder of this user alone");
});

test("what is published is read, by the user only; what is damaged or of another form is as good as nothing", () => {
  const folder = newFolder();
  const place = new Rendezvous(folder);
  expect(place.read()).toBeNull();
  place.publish(record("/a.sock"));
  expect(place.read()).toEqual(record("/a.sock"));
  expect(statSync(join(folder, "engine.json")).mode & 0o777).toBe(0o600);
  for (const text of ["", "{", "7", "null", '{"pid":1}', JSON.stringify({ ...record("/a"), pid: "1" })]) {
    writeFileSync(join(folder, "engine.json"), text);
    expect(place.read()).toBeNull();
  }
});

test("an engine takes back what is its own, and leaves what a newer one published", () => {
  const place = new Rendezvous(newFolder());
  place.publish(record("/b.sock"));
  place.withdraw(record("/a.sock"));
  expect(place.read()?.address).toBe("/b.sock");
  place.withdraw(record("/b.sock"));
  expect(place.read()).toBeNull();
});

test.runIf(process.platform !== "win32")(
  "a folder too deep for a socket's path gets its sockets elsewhere, in one for the user alone",
  async () => {
    const deep = join(newFolder(), "x".repeat(120));
    const address = new Rendezvous(deep).newAddress();
    expect(address.startsWith(deep)).toBe(false);
    folders.push(dirname(address));
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    expect(dirname(new Rendezvous(deep).newAddress())).toBe(dirname(address));
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(address, resolve));
    expect(existsSync(address)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  },
);

test("of the logs of engines before, the last few stay", () => {
  const folder = newFolder();
  const place = new Rendezvous(folder);
  for (let i = 0; i < 9; i++) writeFileSync(place.newLog(), `${i}`);
  expect(readdirSync(folder).length).toBeLessThanOrEqual(5);
});

test("one at a time may start an engine; work that fails lets the next one in", async () => {
  const folder = newFolder();
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(`${name} ends`);
    if (name === "a") throw new Error("no engine");
    return name;
  };
  const [a, b] = [whileStarting(folder, work("a")), whileStarting(folder, work("b"))];
  await expect(a).rejects.toThrow("no engine");
  expect(await b).toBe("b");
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

test("the lock of a starter that died is taken over", async () => {
  const folder = newFolder();
  const left = join(folder, "starting.lock");
  mkdirSync(left);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(left, longAgo, longAgo);
  expect(await whileStarting(folder, async () => "started")).toBe("started");
  expect(existsSync(left)).toBe(false);
});

test("where there can be no lock, nobody waits for one: that is said at once", async () => {
  const file = join(newFolder(), "a file in the folder's place");
  writeFileSync(file, "");
  const started: string[] = [];
  await expect(whileStarting(file, async () => started.push("started"))).rejects.toMatchObject({ code: "ENOTDIR" });
  expect(started).toEqual([]);
});
