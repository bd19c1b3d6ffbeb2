/**
 * Ids of commands, views and context keys, spelled once. The manifest is checked against these tables by a test; the
 * features' registration fails to compile when a command has no handler.
 */

/** Commands of the palette, the menus and the keyboard. */
export const commandIds = [
  "hunch.explainSelection",
  "hunch.explainSymbol",
  "hunch.explainFile",
  "hunch.explainProblem",
  "hunch.annotateLines",
  "hunch.explainChanges",
  "hunch.fixProblem",
  "hunch.findBugs",
  "hunch.writeTests",
  "hunch.writeDocComment",
  "hunch.applyProposal",
  "hunch.discardProposal",
  "hunch.ask",
  "hunch.askInChat",
  "hunch.answerNow",
  "hunch.stop",
  "hunch.newChat",
  "hunch.showChats",
  "hunch.exportChat",
  "hunch.openChatInEditor",
  "hunch.addToChat",
  "hunch.selectModel",
  "hunch.downloadModel",
  "hunch.manageModels",
  "hunch.recommendModel",
  "hunch.getStarted",
  "hunch.tryIt",
  "hunch.optimisePrompts",
  "hunch.benchmark",
  "hunch.showLearnt",
  "hunch.forgetLearnt",
  "hunch.setServerKey",
  "hunch.installLlamaServer",
  "hunch.showLog",
  "hunch.restartEngine",
  "hunch.showActions",
] as const;

/** Commands of an inline explanation's thread; they get the thread (or its reply) and are not in the palette. */
export const threadCommandIds = [
  "hunch.thread.reply",
  "hunch.thread.stop",
  "hunch.thread.answerNow",
  "hunch.thread.continue",
  "hunch.thread.again",
  "hunch.thread.openInChat",
  "hunch.thread.delete",
] as const;

/** Commands of the rows of the models' view; they get the row and are not in the palette. */
export const modelCommandIds = [
  "hunch.models.refresh",
  "hunch.models.use",
  "hunch.models.setDraft",
  "hunch.models.unsetDraft",
  "hunch.models.download",
  "hunch.models.cancel",
  "hunch.models.verify",
  "hunch.models.delete",
] as const;

export type CommandId = (typeof commandIds)[number];
export type ThreadCommandId = (typeof threadCommandIds)[number];
export type ModelCommandId = (typeof modelCommandIds)[number];

export const viewContainerId = "hunch";
export const chatViewId = "hunch.chat";
/** The models, below the chat; hidden until it is asked for. */
export const modelsViewId = "hunch.models";
export const walkthroughId = "hunch.welcome";
/** The chat as an editor tab. */
export const chatEditorId = "hunch.chatEditor";
/** Hunch among the model providers of VS Code's chat, and as the participant `@hunch` in it. */
export const languageModelVendor = "hunch";
export const participantId = "hunch.participant";
export const commentControllerId = "hunch.explain";
/** The submenu of the editor's context menu. */
export const editorMenuId = "hunch.editor";
/** URI scheme of proposed texts, the right side of a diff that waits for Apply. */
export const proposalScheme = "hunch-proposal";

/** Context keys for `when` clauses. */
export interface ContextKeys {
  /** A generation of the chat is under way. */
  "hunch.running": boolean;
  /** That generation is in its thought. */
  "hunch.thinking": boolean;
  /** The model of the settings is on this machine. */
  "hunch.hasModel": boolean;
  /** A question was asked, about something else than the sample of the first steps. */
  "hunch.hasAsked": boolean;
}

/** State of an inline explanation, the `commentThread` of `when` clauses. */
export type ThreadState = "waiting" | "thinking" | "answering" | "done" | "stale" | "interrupted";
