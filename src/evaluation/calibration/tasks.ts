/** The bundled tasks: made for Hunch by tools/calibration.py, which computes the expected answers by running the code. */
import { type Item, numberItem, valueItem } from "../items.ts";
import tasks from "./tasks.json" with { type: "json" };

/** A calibration says for each of these which template is best: what code computes, and questions that take reasoning. */
export const calibrationKinds = ["value", "reasoning"] as const;
export type CalibrationKind = (typeof calibrationKinds)[number];

type Task =
  | { id: string; kind: "value"; code: string; call: string; expected: string }
  | { id: string; kind: "number"; question: string; expected: string };

export interface CalibrationItem extends Item {
  calibrates: CalibrationKind;
}

/** The kinds alternate, so that a run that is cut short has seen both. */
export const calibrationItems: readonly CalibrationItem[] = (tasks as Task[]).map((task) =>
  task.kind === "value"
    ? { ...valueItem(task.id, task.code, task.call, task.expected), calibrates: "value" }
    : { ...numberItem(task.id, task.question, task.expected), calibrates: "reasoning" },
);
