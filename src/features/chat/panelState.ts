/** The whole state of a page, from the conversation on screen and what the window knows. */
import type { PanelState } from "../../common/panel.ts";
import type { Ctx } from "../../host/ctx.ts";
import { selectedAttachment } from "../../host/editor.ts";
import { versionsOf } from "./branches.ts";
import type { Conversation } from "./conversation.ts";
import { codeEditor } from "./pageActions.ts";

/** Kept over windows: thoughts are shown closed. */
export const collapsedKey = "chat.thinkingCollapsed";

export function panelState(ctx: Ctx, conversation: Conversation, attachSelection: boolean): PanelState {
  const { engine, models, settings, extension } = ctx;
  return {
    conversationId: conversation.id,
    title: conversation.title,
    turns: conversation.turns,
    versions: versionsOf(conversation),
    engine: engine.health,
    model: { ...models.current, info: engine.model },
    models: models.choices,
    download: models.download,
    effort: settings.current.effort,
    showOrigins: settings.current.showTokenOrigins,
    thinkingCollapsed: extension.globalState.get(collapsedKey, false),
    selection: selectedAttachment(codeEditor()),
    attachSelection,
  };
}
