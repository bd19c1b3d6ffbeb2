/** Which files are found in a workspace whose searches are as VS Code's: cut at a limit, and blind to .gitignore. */
import { matchesGlob, posix } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";

class Uri {
  readonly scheme: string;
  readonly path: string;
  constructor(path: string, scheme = "file") {
    this.scheme = scheme;
    this.path = path;
  }
  static joinPath(base: Uri, ...names: string[]): Uri {
    return new Uri(posix.join(base.path, ...names), base.scheme);
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}
class FileSystemError extends Error {}
class RelativePattern {
  readonly base: { uri: Uri };
  readonly pattern: string;
  constructor(base: { uri: Uri }, pattern: string) {
    this.base = base;
    this.pattern = pattern;
  }
}
const folder = { uri: new Uri("/w"), index: 0 };
const workspace = { folders: [folder], searched: [] as string[] };
/** Text by path, in the order in which a search comes upon them. */
const files = new Map<string, string>();
const bytes = ({ path }: Uri) => {
  const text = files.get(path);
  if (text === undefined) throw new FileSystemError(path);
  return new TextEncoder().encode(text);
};
vi.mock("vscode", () => ({
  RelativePattern,
  Uri,
  FileSystemError,
  FileType: { File: 1, Directory: 2 },
  workspace: {
    get workspaceFolders() {
      return workspace.folders;
    },
    getWorkspaceFolder: ({ scheme, path }: Uri) =>
      workspace.folders.find(({ uri }) => uri.scheme === scheme && `${path}/`.startsWith(`${uri.path}/`)),
    getConfiguration: () => ({ get: () => ({ "**/.git": true }) }),
    findFiles: async ({ base, pattern }: RelativePattern, exclude: string, most: number) => {
      workspace.searched.push(base.uri.toString());
      const found: Uri[] = [];
      for (const path of files.keys()) {
        const within = posix.relative(base.uri.path, path);
        if (within.startsWith("..") || found.length === most) continue;
        if (pattern !== "**/*" && !matchesGlob(within, pattern)) continue;
        if (!matchesGlob(within, exclude)) found.push(new Uri(path));
      }
      return found;
    },
    fs: {
      stat: async (uri: Uri) => ({ type: 1, mtime: 1, size: bytes(uri).length }),
      readFile: async (uri: Uri) => bytes(uri),
    },
  },
}));

const { exists, findThese, listFiles } = await import("../../../../src/features/workspaceIndex/workspaceFiles.ts");

const token = { isCancellationRequested: false } as never;
const paths = ({ files }: { files: { uri: { path: string } }[] }) => files.map(({ uri }) => uri.path).toSorted();
const has = (...names: string[]) => {
  for (const name of names) files.set(name, "some text\n");
};
const find = (...names: string[]) => findThese(names.map((name) => new Uri(name)) as never, token);

beforeEach(() => {
  files.clear();
  workspace.folders = [folder];
  workspace.searched = [];
});

describe("a workspace with more files than are looked at", () => {
  const many = (place: string) => has(...Array.from({ length: 20_000 }, (_, i) => `${place}/${i}.ts`));

  it("is said to be cut", async () => {
    many("/w/src");
    has("/w/late.ts");
    const { files, isCut } = await listFiles(token);
    expect([files.length, isCut]).toEqual([20_000, true]);
    expect(await exists(new Uri("/w/late.ts") as never)).toBe(true);
    expect(await exists(new Uri("/w/gone.ts") as never)).toBe(false);
  });

  it("is not where git ignores the folder that they are in", async () => {
    many("/w/target");
    has("/w/late.ts");
    files.set("/w/.gitignore", "target/\n");
    const found = await listFiles(token);
    expect([paths(found), found.isCut]).toEqual([["/w/.gitignore", "/w/late.ts"], false]);
  });
});

it("what git ignores is found neither in all nor by its name", async () => {
  has("/w/src/a.ts", "/w/src/a.log", "/w/dist/a.js");
  files.set("/w/.gitignore", "*.log\n/dist\n");
  expect(paths(await listFiles(token))).toEqual(["/w/.gitignore", "/w/src/a.ts"]);
  expect(paths(await find("/w/src/a.ts", "/w/src/a.log", "/w/dist/a.js"))).toEqual(["/w/src/a.ts"]);
});

it("what is in a folder is found by the folder's name, whatever characters it has, but for what git ignores", async () => {
  has("/w/a [b]/x.ts", "/w/a [b]/in/y.ts", "/w/a [b]/in/y.log", "/w/a b/z.ts", "/w/c*d?/v.ts", "/w/c");
  files.set("/w/.gitignore", "*.log\n");
  expect(paths(await find("/w/a [b]"))).toEqual(["/w/a [b]/in/y.ts", "/w/a [b]/x.ts"]);
  expect(paths(await find("/w/a [b]", "/w/c*d?"))).toEqual(["/w/a [b]/in/y.ts", "/w/a [b]/x.ts", "/w/c*d?/v.ts"]);
});

it("the workspace's own folder may be among what was touched", async () => {
  has("/w/a.ts", "/w/b.ts");
  expect(paths(await find("/w", "/w/a.ts"))).toEqual(["/w/a.ts"]);
});

it("virtual folders are not searched, whose files would be fetched one by one", async () => {
  has("/w/a.ts");
  workspace.folders.push({ uri: new Uri("/far", "vscode-vfs"), index: 1 });
  expect(paths(await listFiles(token))).toEqual(["/w/a.ts"]);
  await findThese([new Uri("/w/a.ts"), new Uri("/far/b.ts", "vscode-vfs")] as never, token);
  expect(new Set(workspace.searched)).toEqual(new Set(["file:///w"]));
});
