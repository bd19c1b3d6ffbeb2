/** The contract of `ask --json` as a function that says what is wrong with a line; empty when nothing is. */
import { Ajv } from "ajv";
import schema from "../../../src/cli/contract.schema.json" with { type: "json" };

const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

export function contractErrors(line: unknown): string {
  return validate(line) ? "" : JSON.stringify(validate.errors);
}
