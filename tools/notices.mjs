/**
 * The licences of what is bundled: most ask that they go along with copies. Of packages that go along whole
 * (dist/node_modules), their own files do.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Of files that a package has its licence in. */
export const isLicence = /^(licen[cs]e|copying|notice)/i;

/**
 * @param metafiles esbuild's, of all bundles that are shipped @param root of the repository
 * @returns name, version, licence and its text of each package in them, in the order of their names
 */
export function noticesOf(metafiles, root) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = new Set(
    inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0] ?? []),
  );
  const notices = [...folders].sort().map((folder) => noticeOf(path.join(root, folder)));
  return `Hunch contains the following packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => isLicence.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  // Some publish no licence file: what their manifest says is all that they say.
  if (texts.length === 0)
    texts.push(`By ${author?.name ?? author ?? "its authors"}; the package has no file of its licence.`);
  return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
