/** What a task is: what the model is asked to do with the code, and how much thought and answer that takes. */
import type { Effort } from "../../common/panel.ts";
import type { AnswerForm } from "../../common/thinkingControls.ts";
import type { TemplateName } from "../templates/template.ts";

export type TaskKind = "explain" | "fix" | "findBugs" | "tests" | "docs" | "changes" | "annotate" | "ask";

export interface Task {
  kind: TaskKind;
  /** What to do and in which form to answer; "" leaves it to the question. */
  instruction: string;
  /** What the answer has to hold to be of use, also behind a thought that was ended for the model; absent: anything. */
  form?: AnswerForm;
  /** Room for the answer (tokens). */
  answerTokens: number;
  /** What effort "auto" means for a small piece of code and an ordinary question. */
  effort: Exclude<Effort, "auto">;
  /** The template for efforts low and medium; high and max think freely. */
  templates: { low: TemplateName; medium: TemplateName };
  /** Others that fit the task at these two efforts: use may choose them, or the two above, where the usual one does badly. */
  alternatives: readonly TemplateName[];
  /** Why these, and what is known of them for such tasks. */
  claims: string;
  /** The papers behind the choice; what Hunch measured of a template stands with the template. */
  source: string;
}
