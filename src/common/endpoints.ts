/** The addresses in the setting `endpoint` and the option `--endpoint`: one server, or several with the same model. */
export function splitEndpoints(text: string): string[] {
  return text.split(/[\s,]+/).filter((address) => address !== "");
}
