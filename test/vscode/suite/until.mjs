/** Waits for what the editor does in its own time. */

/** The first value of `look` that is something. @throws Error after ten seconds without one */
export async function until(look) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const value = await look();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("not in time");
}
