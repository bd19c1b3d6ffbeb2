/** The view of the models: what is here, what other programs have, what can be had, with size, fit and licence. */

import * as vscode from "vscode";
import { modelsViewId } from "../../common/commands.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { guarded } from "../../host/notify.ts";
import type { DiscoveredModel } from "../../models/discover.ts";
import type { MachineCheck } from "./machine.ts";
import {
  changedRows,
  type Library,
  type LibraryFacts,
  library,
  type ModelRow,
  machineText,
  recommendationText,
  rowDescription,
  rowDetails,
} from "./rows.ts";

interface RowNode {
  kind: "model";
  /** As it was drawn last. */
  row: ModelRow;
}
interface GroupNode {
  kind: "group";
  title: string;
  nodes: readonly RowNode[];
}
/** A group, or a row: the argument of the commands in the rows' menus. */
export type ModelNode = GroupNode | RowNode;

/** How often a download's row is drawn (ms): drawing makes its buttons anew, and a click just then is lost. */
const drawEveryMs = 2_000;

type DiskFacts = Omit<LibraryFacts, "answers" | "drafts" | "download" | "discovered">;

export class ModelsView implements vscode.TreeDataProvider<ModelNode> {
  readonly #ctx: Ctx;
  readonly #check: MachineCheck;
  readonly #view: vscode.TreeView<ModelNode>;
  readonly #changed = new vscode.EventEmitter<ModelNode[] | undefined>();
  readonly #subscriptions: vscode.Disposable[];
  /** null until the view is looked at. */
  #disk: DiskFacts | null = null;
  #discovered: DiscoveredModel[] = [];
  #drawing: NodeJS.Timeout | null = null;
  /** As drawn last, and when (ms since the epoch). */
  #library: Library = { here: [], others: [], missing: [] };
  #groups: readonly GroupNode[] = [];
  #drawnAt = 0;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(ctx: Ctx, check: MachineCheck) {
    this.#ctx = ctx;
    this.#check = check;
    this.#view = vscode.window.createTreeView(modelsViewId, { treeDataProvider: this });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      ctx.models.onChange(() => this.#lookAtDisk()),
      // A download that has ended left something on the disk.
      ctx.models.onDownload(({ state }) => (state === "running" ? this.#drawSoon() : this.#lookAtDisk())),
      ctx.settings.onDidChange((keys) => {
        if (keys.includes("draftModel") || keys.includes("backend")) this.#draw();
      }),
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.refresh()),
    ];
  }

  /** Looks at everything again, at what other programs have, too. */
  async refresh(): Promise<void> {
    await this.#ctx.models.refresh();
    try {
      await this.#lookAtDisk();
      this.#discovered = await this.#ctx.models.discover();
      this.#draw();
    } catch (error) {
      // The rest of the list is of use without what other programs have.
      this.#ctx.log.error("look for models on this disk", error);
    }
  }

  getChildren(node?: ModelNode): ModelNode[] {
    if (!node) return [...this.#groups];
    return node.kind === "group" ? [...node.nodes] : [];
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    return node.kind === "group" ? groupItem(node) : rowItem(node.row);
  }

  dispose(): void {
    this.#cancelDrawing();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #drawSoon(): void {
    this.#drawing ??= setTimeout(() => this.#draw(), Math.max(0, this.#drawnAt + drawEveryMs - Date.now()));
  }

  #cancelDrawing(): void {
    if (this.#drawing) clearTimeout(this.#drawing);
    this.#drawing = null;
  }

  /** Only the rows that look different: whoever is about to press another one's button keeps it. */
  #draw(): void {
    this.#cancelDrawing();
    if (!this.#disk) return;
    const { settings, models } = this.#ctx;
    const { model, draftModel, backend } = settings.current;
    const now = library({
      ...this.#disk,
      discovered: this.#discovered,
      // A server answers with its own.
      answers: backend === "openai" ? "" : model,
      drafts: draftModel,
      download: models.download,
    });
    const changed = changedRows(this.#library, now);
    this.#library = now;
    if (changed?.length === 0) return;
    this.#drawnAt = Date.now();
    if (changed) this.#changed.fire(changed.map((row) => this.#redrawn(row)));
    else {
      this.#groups = groupsOf(now);
      this.#changed.fire(undefined);
    }
  }

  /** VS Code knows a node by the object that it was given. */
  #redrawn(row: ModelRow): RowNode {
    const node = this.#groups.flatMap(({ nodes }) => nodes).find(({ row: { id } }) => id === row.id);
    if (!node) throw new Error(`The model ${row.id} has no row in the view.`);
    node.row = row;
    return node;
  }

  async #lookAtDisk(): Promise<void> {
    if (!this.#view.visible) return;
    await guarded(this.#ctx.log, "list the models", () => this.#readDisk());
  }

  async #readDisk(): Promise<void> {
    const { recommend } = await import("../../host/runtime.ts");
    const store = await this.#ctx.models.store();
    const machine = await this.#check.now();
    const catalogue = await Promise.all(
      store.models.map(async (model) => ({
        model,
        path: store.path(model),
        installed: await store.isInstalled(model),
        partialBytes: await store.partialBytes(model),
      })),
    );
    const recommendation = recommend(machine, store.models);
    this.#disk = { catalogue, machine, recommendation };
    this.#view.message = `${machineText(machine)} ${recommendationText(recommendation)}`;
    this.#draw();
  }
}

function groupsOf({ here, others, missing }: Library): GroupNode[] {
  const groups = [
    { title: t("On this machine"), rows: here },
    { title: t("Found on this machine"), rows: others },
    { title: t("To download"), rows: missing },
  ];
  return groups
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => ({ kind: "group", title, nodes: rows.map((row) => ({ kind: "model", row })) }));
}

function groupItem({ title }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
  item.id = title;
  return item;
}

function rowItem(row: ModelRow): vscode.TreeItem {
  const item = new vscode.TreeItem(row.name);
  item.id = row.id;
  item.description = rowDescription(row);
  item.tooltip = new vscode.MarkdownString("").appendText(rowDetails(row).join("\n"));
  item.iconPath = new vscode.ThemeIcon(iconOf(row));
  item.contextValue = row.actions.join(" ");
  item.accessibilityInformation = { label: `${row.name}, ${item.description}` };
  return item;
}

function iconOf({ role, download, fit, actions, recommended }: ModelRow): string {
  if (download) return "sync~spin";
  if (role !== null) return role === "answers" ? "check" : "debug-step-over";
  if (fit === "tooBig") return "warning";
  if (recommended) return "star-empty";
  return actions.includes("download") ? "cloud" : "chip";
}
