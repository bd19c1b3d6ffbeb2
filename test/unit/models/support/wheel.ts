/** Makes wheels by hand, honest and hostile: pip takes them from a folder, no index needed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

export interface Member {
  name: string;
  content: Buffer;
  /** The compressed bytes are no valid deflate stream. */
  damaged?: true;
}

/** A zip archive with the names as they are, however dangerous. */
export function zip(members: readonly Member[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, damaged } of members) {
    const packed = deflateRawSync(content);
    if (damaged) packed.fill(0xff, 0, 100);
    const path = Buffer.from(name);
    // Version, flags, method (8 = deflate), time, date, CRC, sizes, length of the name, no extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const file = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, path, packed]);
    files.push(file);
    directory.push(Buffer.from("PK\u0001\u0002"), Buffer.from([20, 0]), common, place, path);
    offset += file.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, entries, Buffer.from("PK\u0005\u0006"), end]);
}

/** Writes `NAME-1.0-py3-none-any.whl` with what pip wants to see, and the members. */
export function writeWheel(folder: string, name: string, members: readonly Member[]): string {
  const distribution = name.replaceAll("-", "_");
  const info = `${distribution}-1.0.dist-info`;
  const text = (lines: string[]) => Buffer.from(`${lines.join("\n")}\n`);
  const path = join(folder, `${distribution}-1.0-py3-none-any.whl`);
  const archive = zip([
    ...members,
    { name: `${info}/METADATA`, content: text(["Metadata-Version: 2.1", `Name: ${name}`, "Version: 1.0"]) },
    {
      name: `${info}/WHEEL`,
      content: text(["Wheel-Version: 1.0", "Generator: test", "Root-Is-Purelib: true", "Tag: py3-none-any"]),
    },
    { name: `${info}/RECORD`, content: Buffer.from("") },
  ]);
  writeFileSync(path, archive);
  return path;
}

/** pip with this folder as its only source. */
export function pipEnvironment(wheels: string): NodeJS.ProcessEnv {
  return { ...process.env, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, PIP_CONFIG_FILE: "/dev/null" };
}
