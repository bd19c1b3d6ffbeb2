import { beforeEach, expect, it, vi } from "vitest";

/** What VS Code is told to open, and how. */
const opened: unknown[][] = [];
const env = {
  remoteName: undefined as string | undefined,
  openExternal: async (uri: unknown) => opened.push(["openExternal", uri]),
};
vi.mock("vscode", () => ({
  env,
  SymbolKind: {},
  Uri: { parse: (address: string) => ({ address }) },
  commands: { executeCommand: async (...command: unknown[]) => opened.push(command) },
}));

const { openLink } = await import("../../../../src/features/chat/pageActions.ts");

beforeEach(() => {
  opened.length = 0;
  env.remoteName = undefined;
});

it("opens the very address, which a decoded one would not be", async () => {
  for (const address of ["https://a.example/products%2Fabc.jpg?key=a%23b", "http://localhost:3000/"]) {
    await openLink(address);
    expect(opened.pop()).toEqual(["vscode.open", address]);
  }
});

it("has the port of another machine forwarded", async () => {
  env.remoteName = "ssh-remote";
  await openLink("http://localhost:3000/");
  await openLink("https://a.example/");
  expect(opened).toEqual([
    ["openExternal", { address: "http://localhost:3000/" }],
    ["vscode.open", "https://a.example/"],
  ]);
});

it.each(["command:workbench.action.quit", "file:///etc/passwd", "vscode://a.b/c", "mailto:a@b.example"])(
  "opens nothing but web addresses: %s",
  async (address) => {
    await expect(openLink(address)).rejects.toThrow("are not opened from an answer");
    expect(opened).toEqual([]);
  },
);
