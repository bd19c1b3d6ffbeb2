import { t } from "../../common/l10n.ts";
import { usePanel } from "../panelContext.ts";
import type { Chrome } from "../store.ts";
import { attachmentName } from "../wording.ts";

/** Before the first question: what can be asked, one click away. */
export function Welcome({ chrome }: { chrome: Chrome }) {
  const { ask } = usePanel();
  const selected = chrome.selection !== null && chrome.attachSelection;
  const questions = selected
    ? [
        t("Explain what this code does, step by step."),
        t("Find bugs in this code."),
        t("Which tests would this code need?"),
      ]
    : [
        t("How do I find out why an async function never returns?"),
        t("Explain the difference between a mutex and a semaphore, with an example."),
        t("Write a regular expression for ISO dates and explain it."),
      ];
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">{t("Ask about your code")}</h2>
      <p>
        {chrome.selection && selected
          ? t("The selection {0} goes with your question.", attachmentName(chrome.selection).short)
          : t("Select code in the editor to send it along, or ask anything.")}{" "}
        {chrome.model.sentTo === ""
          ? t("{0} thinks and answers on this machine.", chrome.model.name)
          : t("A server thinks and answers: what you ask is sent to {0}.", chrome.model.sentTo)}
      </p>
      <ul class="suggestions" aria-label={t("Suggested questions")}>
        {questions.map((question) => (
          <li key={question}>
            <button type="button" class="suggestion" onClick={() => ask(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
