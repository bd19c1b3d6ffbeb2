/** The code that a question without a task is about, with what that code uses and what the editor reports in it. */
import { withContext } from "../../host/context.ts";
import type { EditorCode } from "../../host/editor.ts";
import { attachedProblems, gravestIn } from "../../host/problems.ts";
import type { AttachedCode, FoundCode } from "./conversation.ts";
import { goesAlong } from "./goesAlong.ts";

/** Never throws. @param named what the user put beside the question */
export async function askedAbout(code: EditorCode, named: readonly AttachedCode[] = []): Promise<FoundCode> {
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
