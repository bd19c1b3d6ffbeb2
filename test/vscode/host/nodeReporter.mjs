/** node:test's side of the list of failed tests; prints nothing itself. */
import { Transform } from "node:stream";
import { addFailedTest } from "../../failedTests.mjs";

export default new Transform({
  writableObjectMode: true,
  transform({ type, data }, _encoding, done) {
    const error = data.details?.error;
    if (type === "test:fail" && error?.failureType !== "subtestsFailed")
      addFailedTest(`${data.file?.split("/").at(-1)}: ${data.name}`, error?.cause ?? error);
    done();
  },
});
