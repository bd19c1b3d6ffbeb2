/** All templates by name. */
import { budgeted } from "./budgeted.ts";
import { concise } from "./concise.ts";
import { draft } from "./draft.ts";
import { none } from "./none.ts";
import { plain } from "./plain.ts";
import { sketch } from "./sketch.ts";
import type { Template, TemplateName } from "./template.ts";
import { trace } from "./trace.ts";

export const templates: { readonly [Name in TemplateName]: Template } = {
  plain,
  concise,
  draft,
  trace,
  sketch,
  budgeted,
  none,
};

export const templateNames = Object.keys(templates) as TemplateName[];
