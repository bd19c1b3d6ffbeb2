/** What a policy has to answer, and what most of them leave out. */
import type { Controller } from "../../src/engine/speculation/controller.ts";
import type { Draft, TextKind } from "../../src/engine/speculation/types.ts";

/** The part of the controller that the decoder uses. */
export type Policy = Pick<
  Controller,
  "choose" | "commit" | "observeRound" | "observeDrafting" | "interrupt" | "wantsModelDraft"
>;

export type Round = Parameters<Controller["observeRound"]>[0];

export abstract class Rule implements Policy {
  abstract choose(drafts: readonly Draft[], kind: string, room: number): { draft: Draft | null; length: number };
  commit(_: readonly number[]): void {}
  interrupt(): void {}
  observeRound(_: Round): void {}
  observeDrafting(): void {}
  wantsModelDraft(_: TextKind, __: number, ___: { drafts?: readonly Draft[] } = {}): number {
    return 0;
  }
}
