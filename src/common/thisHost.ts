/** Which of the machines that have the user's home folder in common this is (Node only). */
import { createHash } from "node:crypto";
import { hostname } from "node:os";

/** Eight hexadecimal digits, for names of files and folders. */
export const thisHost = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
