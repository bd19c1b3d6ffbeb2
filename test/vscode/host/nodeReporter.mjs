/** node:test's side of the list of failed tests; prints nothing itself. */
import { addFailedTest } from "../../failedTests.mjs";

// biome-ignore lint/correctness/useYield: a reporter is a generator, and this one has nothing to print
export default async function* failedTestsReporter(events) {
  for await (const { type, data } of events)
    if (type === "test:fail" && data.details?.error?.failureType !== "subtestsFailed")
      addFailedTest(`${data.file?.split("/").at(-1)}: ${data.name}`, data.details?.error?.cause ?? data.details?.error);
}
