import { usePanel } from "../panelContext.ts";
import type { Chrome } from "../store.ts";
import { attachmentName } from "../wording.ts";

/** Before the first question: what can be asked, one click away. */
export function Welcome({ chrome }: { chrome: Chrome }) {
  const { post } = usePanel();
  const selected = chrome.selection !== null && chrome.attachSelection;
  const questions = selected
    ? ["Explain what this code does, step by step.", "Find bugs in this code.", "Which tests would this code need?"]
    : [
        "How do I find out why an async function never returns?",
        "Explain the difference between a mutex and a semaphore, with an example.",
        "Write a regular expression for ISO dates and explain it.",
      ];
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">Ask about your code</h2>
      <p>
        {chrome.selection && selected
          ? `The selection ${attachmentName(chrome.selection).short} goes with your question.`
          : "Select code in the editor to send it along, or ask anything."}{" "}
        {chrome.model.name} thinks and answers on this machine.
      </p>
      <ul class="suggestions" aria-label="Suggested questions">
        {questions.map((question) => (
          <li key={question}>
            <button
              type="button"
              class="suggestion"
              onClick={() => post({ type: "ask", text: question, references: [] })}
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
