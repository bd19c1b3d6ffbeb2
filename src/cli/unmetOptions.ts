/** Options that a model, or what runs it, can not meet: said, not silently left out. Pure. */
import type { ModelInfo, Notice } from "../common/protocol.ts";
import type { AskRequest } from "./askRequest.ts";

/** @param thinks the question is thought about */
export function unmetOptions(request: AskRequest, model: ModelInfo, thinks: boolean): Notice[] {
  const messages: string[] = [];
  if (request.thoughts > 1) messages.push(...fewerThoughts(request.thoughts, model, thinks));
  if (model.backend !== "embedded") {
    const noEffect = (option: string) => `A server runs this model: ${option} has no effect.`;
    if (request.answerLine !== null) messages.push(noEffect("--answer-line"));
    if (request.controls.dampHesitation) messages.push(noEffect("--damp-hesitation"));
  }
  return messages.map((message) => ({ code: "unmetOption", message }));
}

function fewerThoughts(wanted: number, { thoughts = 1 }: ModelInfo, thinks: boolean): string[] {
  if (!thinks) return ["This question is answered without a thought: --thoughts has no effect. Choose an --effort."];
  if (thoughts === 1)
    return [
      "This model thinks one thought: several need a prompt that begins them, memory for each, and a cache that can drop tokens.",
    ];
  return thoughts < wanted ? [`There is room for ${thoughts} thoughts side by side, not for ${wanted}.`] : [];
}
