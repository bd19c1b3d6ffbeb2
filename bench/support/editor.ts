/** What the benchmarks that drive a browser, which are no TypeScript, write their results with. */
export { picture as activationPicture } from "../activation/picture.ts";
export { picture as panelPicture } from "../panel/picture.ts";
export { picture as typingPicture } from "../typing/picture.ts";
export { figuresOf as typingFigures, report as typingReport } from "../typing/report.ts";
export { writeResults } from "./results.ts";
