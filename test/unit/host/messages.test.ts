/** Whatever the editor shows as words may hold others' words, and those make no link. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Log } from "../../../src/host/log.ts";

/** What reached VS Code, which draws it outside our process. */
const shown: unknown[][] = [];
vi.mock("vscode", () => {
  const show = async (...words: unknown[]) => {
    shown.push(words);
    return "Delete";
  };
  return {
    window: {
      showInformationMessage: show,
      showWarningMessage: show,
      showErrorMessage: show,
      showInputBox: show,
      withProgress: async (options: object, work: (progress: object, cancel: object) => Promise<unknown>) => {
        shown.push([options]);
        return work({ report: (step: object) => shown.push([step]) }, {});
      },
    },
  };
});

const messages = await import("../../../src/host/messages.ts");
const { showError, showSettingProblem } = await import("../../../src/host/notify.ts");

const named = "Fix [Apply](command:workbench.action.quit).ts";
const harmless = "Fix [Apply]\u2060(command:workbench.action.quit).ts";
const log = { write: () => {}, error: (_doing: string, { message }: Error) => ({ message, hint: named }) };

beforeEach(() => {
  shown.length = 0;
});

describe("a name that would be a link", () => {
  it("is words in notifications", async () => {
    await messages.showInformation(named, "Apply", "Discard");
    await messages.showWarning(named);
    await messages.showFailure(named);
    expect(shown).toEqual([[harmless, "Apply", "Discard"], [harmless], [harmless]]);
  });

  it("is words in errors and their hints", () => {
    showError(log as unknown as Log, "fix", new Error(named));
    showSettingProblem(log as unknown as Log, named, "backend");
    expect(shown).toEqual([[`Hunch: ${harmless} ${harmless}`], [`Hunch: ${harmless}`, "Open Setting"]]);
  });

  it("is words in dialogs, whose details are drawn as they are", async () => {
    const question = { text: named, detail: "https://a.example/](b", button: "Delete" };
    expect(await messages.confirmed(question)).toBe(true);
    expect(await messages.confirmed({ ...question, button: "Open" })).toBe(false);
    const options = { modal: true, detail: question.detail };
    expect(shown).toEqual([
      [harmless, options, "Delete"],
      [harmless, options, "Open"],
    ]);
  });

  it("is words above an input", async () => {
    await messages.showInput({ title: "Hunch: Ask", prompt: named });
    await messages.showInput({ title: "Hunch: Ask" });
    expect(shown).toEqual([[{ title: "Hunch: Ask", prompt: harmless }], [{ title: "Hunch: Ask" }]]);
  });

  it("is words in a progress and its steps", async () => {
    const work = async ({ report }: { report(step: object): void }) => {
      report({ message: named, increment: 2 });
      report({ increment: 3 });
      return "done";
    };
    expect(await messages.withProgress({ location: 15, title: named, cancellable: true }, work)).toBe("done");
    expect(shown).toEqual([
      [{ location: 15, title: harmless, cancellable: true }],
      [{ message: harmless, increment: 2 }],
      [{ increment: 3 }],
    ]);
  });
});

it("nothing else has the editor show words", () => {
  const root = path.resolve(import.meta.dirname, "../../../src");
  const direct = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      /\.tsx?$/.test(name) &&
      /\bshow(Information|Warning|Error)Message\b|\b(window|vscode)\.withProgress\b|\b(show|create)InputBox\b/.test(
        readFileSync(path.join(root, name), "utf8"),
      ),
  );
  expect(direct.map((name) => name.replaceAll("\\", "/"))).toEqual(["host/messages.ts"]);
});
