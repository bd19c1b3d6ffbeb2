/** All tasks by kind. */
import { annotate } from "./annotate.ts";
import { ask } from "./ask.ts";
import { changes } from "./changes.ts";
import { docs } from "./docs.ts";
import { explain } from "./explain.ts";
import { findBugs } from "./findBugs.ts";
import { fix } from "./fix.ts";
import type { Task, TaskKind } from "./task.ts";
import { tests } from "./tests.ts";

export const tasks: { readonly [Kind in TaskKind]: Task } = {
  explain,
  fix,
  findBugs,
  tests,
  docs,
  changes,
  annotate,
  ask,
};
