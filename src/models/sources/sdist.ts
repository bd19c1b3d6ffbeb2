/**
 * Fetches a source distribution with the user's pip. pip insists on the metadata of what it downloads, and asks the
 * package's build backend for it, which would run code of the package and install what that needs. So pip finds a
 * backend of ours under the same name, which says what we know anyway; the package is neither run nor built.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type PipOptions, pipDownload } from "./pip.ts";

export interface Sdist {
  package: string;
  version: string;
  /** Hex; pip compares it before it unpacks anything. */
  sha256: string;
}

/**
 * @param scratch emptied first; holds nothing but the archive afterwards. Its build backend has to be setuptools
 * @returns the archive's path, in `scratch`
 * @throws SourceError wrongFile when the index has no file with that SHA-256; and as pipDownload
 */
export async function downloadSdist(
  python: string,
  sdist: Sdist,
  scratch: string,
  options: PipOptions,
): Promise<string> {
  const support = join(scratch, "pip");
  await rm(scratch, { recursive: true, force: true });
  await mkdir(join(support, "setuptools"), { recursive: true });
  await writeFile(join(support, "setuptools", "__init__.py"), "");
  await writeFile(join(support, "setuptools", "build_meta.py"), backend(sdist));
  const requirement = `${sdist.package}==${sdist.version}`;
  const requirements = join(support, "requirements.txt");
  await writeFile(requirements, `${requirement} --hash=sha256:${sdist.sha256}\n`);
  const env = { ...options.env, PYTHONPATH: [support, options.env.PYTHONPATH].filter(Boolean).join(delimiter) };
  const args = ["--no-binary=:all:", "--no-build-isolation", "--requirement", requirements];
  const what = { requirement, args, ending: ".tar.gz" };
  const archive = await pipDownload(python, what, join(scratch, "download"), { ...options, env });
  await rm(support, { recursive: true });
  return archive;
}

/** The one hook of PEP 517 that a download calls. */
function backend(sdist: Sdist): string {
  return `import os

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name = "${sdist.package.replaceAll("-", "_")}-${sdist.version}.dist-info"
    os.mkdir(os.path.join(metadata_directory, name))
    with open(os.path.join(metadata_directory, name, "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: ${sdist.package}\\nVersion: ${sdist.version}\\n")
    return name
`;
}
