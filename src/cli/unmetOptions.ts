/** Options that a model, or what runs it, can not meet: said, not silently left out. Pure. */
import type { ModelInfo, Notice } from "../common/protocol.ts";
import type { AskRequest } from "./askRequest.ts";

/** @param thinks the question is thought about */
export function unmetOptions(request: AskRequest, model: ModelInfo, thinks: boolean): Notice[] {
  const messages: string[] = [];
  if (!thinks) messages.push(...withoutThought(request));
  else if (request.thoughts > 1) messages.push(...fewerThoughts(request.thoughts, model));
  const template = request.template ?? "none";
  if (thinks && request.effort === "off" && template !== "none")
    messages.push(`--template ${template} asks for a thought: --effort off has no effect.`);
  if (model.backend !== "embedded") {
    const noEffect = (option: string) => `A server runs this model: ${option} has no effect.`;
    const { speculation } = request.engine;
    // A llama-server was started with it.
    if (model.backend === "openai" && speculation !== "auto") messages.push(noEffect(`--speculation ${speculation}`));
    if (request.answerLine !== null) messages.push(noEffect("--answer-line"));
    if (request.controls.dampHesitation) messages.push(noEffect("--damp-hesitation"));
  }
  return messages.map((message) => ({ code: "unmetOption", message }));
}

function withoutThought(request: AskRequest): string[] {
  const { thoughts, budget, answerAfter, controls } = request;
  const options = {
    "--thoughts": thoughts > 1,
    // 0 is a way to have none.
    "--budget": (budget ?? 0) > 0,
    "--answer-after": answerAfter !== null,
    "--damp-hesitation": controls.dampHesitation,
  };
  return Object.entries(options)
    .filter(([, isGiven]) => isGiven)
    .map(([name]) => `This question is answered without a thought: ${name} has no effect. ${wayToThought(request)}`);
}

/** What to change for one; --raw, which has none, takes none of these options. */
function wayToThought({ budget, template }: AskRequest): string {
  if (budget === 0) return "Leave --budget 0 out.";
  return template === "none" ? "Leave --template none out." : "Choose an --effort.";
}

function fewerThoughts(wanted: number, { thoughts = 1 }: ModelInfo): string[] {
  if (thoughts === 1)
    return [
      "This model thinks one thought: several need a prompt that begins them, memory for each, and a cache that can drop tokens.",
    ];
  return thoughts < wanted ? [`There is room for ${thoughts} thoughts side by side, not for ${wanted}.`] : [];
}
