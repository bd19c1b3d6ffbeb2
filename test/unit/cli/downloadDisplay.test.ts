import { expect, test } from "vitest";
import { LiveDownload } from "../../../src/cli/downloadDisplay.ts";
import { VirtualScreen } from "./terminal/virtualScreen.ts";

test("a note, which may hold a server's own words, has no codes for the terminal", async () => {
  const screen = new VirtualScreen(60, 5);
  const display = new LiveDownload(screen);
  display.notice({ message: "mirror: \x1b]0;title\x07gone" });
  display.close();
  expect(screen.written).not.toContain("\x1b]");
  expect(await screen.lines()).toEqual(["Note: mirror: ]0;titlegone"]);
});
