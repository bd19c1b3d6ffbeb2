/**
 * A Vulkan device in software (Mesa's lavapipe), so that the GPU's way through the code runs on machines without one. It
 * is taken from Debian's packages into a folder of its own: installed for the whole machine it would change what every
 * other program there finds.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { thisUser, userCacheFolder } from "../../../src/models/folder.ts";

const packages = ["libvulkan1", "mesa-vulkan-drivers"];

/** Environment in which an engine finds the device; or why there is none here. */
export function softwareVulkan(): { env: Record<string, string> } | { missing: string } {
  if (process.platform !== "linux" || process.arch !== "x64") return { missing: "Linux x64 only" };
  const folder = join(userCacheFolder(thisUser()), "hunch-test-vulkan");
  const libraries = join(folder, "root/usr/lib/x86_64-linux-gnu");
  const driver = join(folder, "driver.json");
  if (!existsSync(driver)) {
    try {
      mkdirSync(folder, { recursive: true });
      execFileSync("apt-get", ["download", ...packages], { cwd: folder, stdio: "pipe" });
      for (const name of readdirSync(folder).filter((file) => file.endsWith(".deb")))
        execFileSync("dpkg-deb", ["--extract", name, "root"], { cwd: folder, stdio: "pipe" });
      const manifest = JSON.parse(
        readFileSync(join(folder, "root/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"), "utf8"),
      );
      manifest.ICD.library_path = join(libraries, "libvulkan_lvp.so");
      writeFileSync(driver, JSON.stringify(manifest));
    } catch (error) {
      const [reason] = (error as Error).message.split("\n");
      return { missing: `${packages.join(" and ")} can not be had: ${reason}` };
    }
  }
  // ggml leaves software devices alone unless it is told which device to use.
  return { env: { LD_LIBRARY_PATH: libraries, VK_ICD_FILENAMES: driver, GGML_VK_VISIBLE_DEVICES: "0" } };
}
