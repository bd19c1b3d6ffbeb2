/** The report of `doctor` for people. */
import { formatBytes } from "../models/units.ts";
import type { DoctorReport, ModelReport } from "./doctor.ts";
import { printable } from "./terminal/ansi.ts";

export function doctorText(report: DoctorReport): string {
  const { cpu, memory, store, engine } = report;
  const lines = [
    row("Node", `${report.node}, ${report.platform} ${report.architecture}`),
    row("Processor", `${cpu.model}, ${cpu.logicalCores} logical cores, ${cpu.usableCores} usable`),
    row("Memory", `${formatBytes(memory.availableBytes)} available of ${formatBytes(memory.totalBytes)}`),
    row(
      "Models",
      `${store.path}, ${store.freeBytes === null ? "free space unknown" : `${formatBytes(store.freeBytes)} free`}`,
    ),
    ...report.installed.map(({ id, sizeBytes }) => row("", `${id}, ${formatBytes(sizeBytes)}`)),
    ...(report.installed.length === 0 ? [row("", "none yet; `hunch models list` shows what there is")] : []),
    row("Engine", engine.works ? `works, version ${engine.version}` : "does not work"),
    ...(engine.error ? [row("", engine.error.message), row("", engine.error.hint)] : []),
    ...report.devices.map(({ name, available, reason }) =>
      row("Device", `${name}: ${available ? "available" : "not available"}${reason ? ` (${reason})` : ""}`),
    ),
    row("Shared", sharedEngine(report.sharedEngine)),
    row(
      "llama-server",
      report.llamaServer ??
        report.llamaServerProblem ??
        "none; `hunch llama-server install` gets one, for --backend llama-server and auto",
    ),
    ...report.models.flatMap((model) => ["", ...("error" in model ? failure(model) : modelLines(model))]),
  ];
  // Errors quote servers and files.
  return printable(`${lines.filter((line) => line.trim() !== "" || line === "").join("\n")}\n`);
}

function sharedEngine(shared: DoctorReport["sharedEngine"]): string {
  if (!shared) return "no engine is shared now; the setting hunch.sharedEngine and ask --shared use one";
  const { pid, version, status } = shared;
  if (!status) return `an engine of version ${version} is shared, process ${pid}`;
  const { clients, model, residentBytes } = status;
  const programs = `${clients} ${clients === 1 ? "program" : "programs"}`;
  return `process ${pid}, ${programs}, ${model?.id ?? "no model"}, ${formatBytes(residentBytes)} in memory`;
}

function failure({ id, error }: Extract<DoctorReport["models"][number], { error: unknown }>): string[] {
  return [row("Model", `${id} does not work`), row("", error.message), row("", error.hint)];
}

function modelLines(model: ModelReport): string[] {
  const { backend, thinking } = model;
  // Of a server elsewhere no more than this can be seen.
  const isRemote = backend.name === "openai";
  const size = isRemote ? "" : `, ${formatBytes(model.sizeBytes)}`;
  const cache = isRemote ? "" : `, KV cache ${model.kvType}${model.flashAttention ? ", flash attention" : ""}`;
  return [
    row("Model", `${model.id}${size}`),
    row("Backend", `${backend.name}${backend.reason ? `, because ${backend.reason}` : ""}`),
    row("Runs on", `${model.device}${isRemote ? "" : coresAndSpeed(model)}`),
    row("Context", `${model.contextSize} tokens${cache}`),
    ...(isRemote ? [] : measuredLines(model)),
    row("Thinking", thinking.native ? `trained to think (${thinking.family})` : "not trained to think; it is asked to"),
  ];
}

function coresAndSpeed({ threads, passMs }: ModelReport): string {
  const speed = passMs ? `, ${(1000 / passMs).toFixed(1)} tok/s without speculation` : "";
  return `, ${threads.used} of ${threads.free} free cores${speed}`;
}

function measuredLines(model: ModelReport): string[] {
  const curve = Object.entries(model.costCurve)
    .map(([n, cost]) => `${n}: ${cost.toFixed(2)}`)
    .join("  ");
  const others = Object.entries(model.maxDifference)
    .filter(([, difference]) => difference > 0)
    .map(([n, difference]) => `${n}: ${difference.toPrecision(2)}`)
    .join("  ");
  return [
    row("Cost curve", `${curve || "not measured"}`),
    row("", "time of a pass over n tokens, relative to one"),
    row("Exact sizes", model.exactSizes.length > 0 ? model.exactSizes.join(", ") : "none"),
    row("", "tokens a pass whose result equals plain decoding bit by bit; strict mode uses these"),
    ...(others === "" ? [] : [row("", `logits of other passes are off by at most  ${others}`)]),
  ];
}

function row(label: string, text: string): string {
  return text === "" ? " " : `${label.padEnd(12)} ${text}`;
}
