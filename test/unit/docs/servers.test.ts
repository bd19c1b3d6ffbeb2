/** docs/servers.md: the settings of its recipes are settings of ours, and what they name is what the commands start. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { splitEndpoints } from "../../../src/common/endpoints.ts";
import { readSettings, settingKeys, settingsSection } from "../../../src/common/settings.ts";
import { Endpoint } from "../../../src/engine/backends/openai/endpoint.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/servers.md"), "utf8");
const blocks = [...text.matchAll(/^```(sh|json)\n([\s\S]*?)^```$/gm)].map(([, kind, body = ""]) => ({ kind, body }));
const settings = blocks.flatMap(({ kind, body }, i) =>
  kind === "json" ? [{ values: JSON.parse(body) as Record<string, unknown>, before: blocks[i - 1] }] : [],
);

describe("docs/servers.md", () => {
  it("has recipes", () => {
    expect(settings.length).toBeGreaterThanOrEqual(7);
  });

  it.each(settings.map(({ values, before }) => [String(values["hunch.endpoint"]), values, before] as const))(
    "settings for %s",
    (_, values, before) => {
      for (const key of Object.keys(values))
        expect(settingKeys.map((name) => `${settingsSection}.${name}`)).toContain(key);
      const read = readSettings((key) => values[`${settingsSection}.${key}`]);
      expect(read.problems).toEqual([]);
      const { backend, endpoint, serverModel } = read.settings;
      expect(backend).toBe("openai");
      const addresses = splitEndpoints(endpoint);
      expect(addresses.length).toBeGreaterThan(0);
      for (const address of addresses) expect(new Endpoint(address).base).toBe(`${address.toLowerCase()}/v1`);
      // The command in front of it, where there is one, starts that model on that port.
      if (before?.kind !== "sh") return;
      expect(before.body).toContain(serverModel);
      const { port } = new URL(addresses[0]!);
      if (!before.body.startsWith("vllm")) expect(before.body).toContain(`--port ${port}`);
      else expect(port).toBe("8000");
    },
  );

  it("gives vLLM its speculation as JSON that names a method and a depth", () => {
    const configs = [...text.matchAll(/'(\{"method"[^']*\})'/g)].map(([, json = ""]) => JSON.parse(json));
    expect(configs.length).toBeGreaterThanOrEqual(5);
    for (const config of configs)
      expect(config).toMatchObject({ method: expect.any(String), num_speculative_tokens: expect.any(Number) });
  });
});
