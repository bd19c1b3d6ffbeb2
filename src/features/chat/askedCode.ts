/** The code that a question is about, and what goes along with it once it was looked up. */
import { type ContextOptions, withContext } from "../../host/context.ts";
import type { EditorCode } from "../../host/editor.ts";
import { attachedProblems, gravestIn } from "../../host/problems.ts";
import type { AttachedCode, CodeWithLookup, FoundCode } from "./conversation.ts";
import { goesAlong } from "./goesAlong.ts";

/** Of a task: what the code uses, and who uses it. @param named what the user put beside the question */
export function taskCode(
  code: EditorCode,
  named: readonly AttachedCode[] = [],
  options: ContextOptions = {},
): CodeWithLookup {
  const lookup = withContext(code, options).then(({ code: found, omitted }) => ({
    code: [...found, ...named],
    omitted,
  }));
  return { code: [code, ...named], lookup };
}

/** Of a question without a task: what the code uses, and what the editor reports in it. @param named as in `taskCode` */
export function askedAbout(code: EditorCode, named: readonly AttachedCode[] = []): CodeWithLookup {
  return { code: [code, ...named], lookup: usedAndReported(code, named) };
}

/** Never throws. */
async function usedAndReported(code: EditorCode, named: readonly AttachedCode[]): Promise<FoundCode> {
  const { code: pieces, omitted } = await withContext(code);
  const [about = code, ...references] = pieces;
  const reported = gravestIn(code.document.uri, code.range);
  const problems = reported.length > 0 ? [asReference(attachedProblems(code.document, reported))] : [];
  return { code: goesAlong(about, [...references, ...problems], named), omitted };
}

/** The question is about the code, and can do without it. */
function asReference({ piece, attachment }: AttachedCode): AttachedCode {
  return { piece: { ...piece, role: "reference" }, attachment };
}
