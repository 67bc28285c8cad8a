// All projects of a session: which file belongs to which, what is open, and reading the rest in the background.
//
// R1. A file belongs to the innermost workspace folder around it; else to a project that imports it; else to a project of
//     its own.
// R2. The text of an open document is the client's; of any other file, the disk's.
// R3. Reading goes in slices of SLICE milliseconds with everybody else's turn between them. Open documents come first, and
//     what they import.

import type { Encoding } from "../language/positions.ts";
import type { Host } from "./host.ts";
import { isInside, pathOf } from "./paths.ts";
import { Project } from "./project.ts";

const SLICE = 12;

export interface ProjectEvents {
  /** The texts at these paths changed, or what is known of their project did. */
  changed(paths: Iterable<string>): void;
  /** Reading a folder: `done` of `total` files. */
  progress(folder: string, done: number, total: number): void;
  /** Runs what nobody waits for. */
  background(what: string, action: () => Promise<void>): void;
}

export class Projects {
  readonly #folders = new Map<string, Project>();
  readonly #loose = new Map<string, Project>();
  /** Texts of open documents. */
  readonly #open = new Map<string, string>();
  /** What the client counts characters in; no project is made before it has said so. */
  encoding: Encoding = "utf-16";

  constructor(
    private readonly host: Host,
    private readonly uriOf: (path: string) => string,
    private readonly events: ProjectEvents,
  ) {}

  all(): Project[] {
    return [...this.#folders.values(), ...this.#loose.values()];
  }

  /** The project that a file belongs to; undefined when no open document or folder has to do with it (R1). */
  projectOf(path: string): Project | undefined {
    const folder = this.#folderOf(path);
    if (folder?.has(path)) return folder;
    return this.#loose.get(path) ?? this.all().find((project) => project.has(path)) ?? folder;
  }

  #folderOf(path: string): Project | undefined {
    let found: Project | undefined;
    for (const [root, project] of this.#folders)
      if (isInside(path, root) && root.length > (found?.root?.length ?? -1)) found = project;
    return found;
  }

  // ---- folders ----

  /** Adds workspace folders; done when everything in them has been read. */
  async addFolders(uris: readonly string[]): Promise<void> {
    const added: Project[] = [];
    for (const uri of uris) {
      const root = rootOf(uri);
      if (this.#folders.has(root)) continue;
      const project = new Project(root, this.host.items, this.uriOf, this.encoding);
      this.#folders.set(root, project);
      added.push(project);
    }
    if (added.length > 0) this.#settleOpen();
    for (const project of added) await this.#readFolder(project);
  }

  removeFolders(uris: readonly string[]): void {
    for (const uri of uris) {
      const root = rootOf(uri);
      const project = this.#folders.get(root);
      if (!this.#folders.delete(root) || project === undefined) continue;
      this.events.changed(project.paths);
    }
    this.#settleOpen();
  }

  /** Puts every open document where it belongs by now. */
  #settleOpen(): void {
    for (const [path, text] of this.#open) {
      const folder = this.#folderOf(path);
      for (const project of this.#folders.values()) if (folder && project !== folder) project.remove(path);
      if (folder) this.#loose.delete(path);
      if (this.projectOf(path)?.has(path) !== true) this.openDocument(path, text);
    }
  }

  async #readFolder(project: Project): Promise<void> {
    const root = project.root!;
    const paths = (await this.#listed(root)).filter((path) => this.#folderOf(path) === project);
    const turn = new Turn();
    for (const path of this.#open.keys()) if (project.has(path)) await this.#readImports(project, path, turn);
    let done = 0;
    for (const path of paths) {
      if (this.#folders.get(root) !== project) return;
      this.events.progress(root, done++, paths.length);
      if (!project.has(path)) await this.#read(project, path, turn);
    }
    for (const path of [...project.paths]) await this.#readImports(project, path, turn);
    if (this.#folders.get(root) !== project) return;
    // The next session is likely to begin with the same documents open.
    for (const path of this.#open.keys()) project.save(path);
    project.isComplete = true;
    this.events.progress(root, paths.length, paths.length);
    this.events.changed(project.paths);
  }

  async #listed(root: string): Promise<string[]> {
    const uris = await this.host.list(this.uriOf(root));
    return uris.map(pathOf).filter((path) => path.endsWith(".wal"));
  }

  /** Reads one file from disk into a project; whether it was there. */
  async #read(project: Project, path: string, turn: Turn): Promise<boolean> {
    const text = this.#open.get(path) ?? (await this.host.read(this.uriOf(path)));
    if (text === undefined) return false;
    for (const _ of project.setTextInSteps(path, text)) await turn.pause();
    project.save(path);
    return true;
  }

  /** Reads what a file imports, and what that imports, where the project does not have it. */
  async #readImports(project: Project, path: string, turn: Turn): Promise<void> {
    const pending = [path];
    const found: string[] = [];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const candidates of project.missingImports(next)) {
        for (const candidate of candidates) {
          if (!(await this.#read(project, candidate, turn))) continue;
          found.push(candidate);
          pending.push(candidate);
          break;
        }
      }
    }
    if (found.length === 0) return;
    project.letIn();
    this.events.changed([path, ...found]);
  }

  // ---- documents ----

  /** A document was opened. */
  openDocument(path: string, text: string): void {
    this.#open.set(path, text);
    let project = this.projectOf(path);
    if (project === undefined) {
      project = new Project(null, this.host.items, this.uriOf, this.encoding);
      this.#loose.set(path, project);
    }
    this.#setText(project, path, text);
    if (project.root === null || project.isComplete)
      this.events.background("reading imports", () => this.#completeDocument(project, path));
  }

  changeDocument(path: string, text: string): void {
    this.#open.set(path, text);
    const project = this.projectOf(path);
    if (project === undefined) return;
    this.#setText(project, path, text);
    if (project.isComplete && project.missingImports(path).length > 0)
      void this.#readImports(project, path, new Turn());
  }

  async #completeDocument(project: Project, path: string): Promise<void> {
    await this.#readImports(project, path, new Turn());
    if (project.isComplete) return;
    project.isComplete = true;
    this.events.changed([path]);
  }

  /** A document was closed: from now on it is what the disk has. */
  async closeDocument(path: string): Promise<void> {
    this.#open.delete(path);
    this.projectOf(path)?.save(path);
    if (this.#loose.delete(path)) this.events.changed([path]);
    else await this.refresh(path);
  }

  #setText(project: Project, path: string, text: string): void {
    project.setText(path, text);
    this.events.changed([path]);
  }

  /** Something happened to a file, or to everything below a folder, on disk. */
  async refresh(path: string): Promise<void> {
    const below = this.all().flatMap((project) => [...project.paths].filter((each) => isInside(each, path)));
    for (const each of new Set([path, ...below])) {
      if (this.#open.has(each) || (each === path && !path.endsWith(".wal"))) continue;
      const project = this.projectOf(each);
      if (project === undefined) continue;
      const text = await this.host.read(this.uriOf(each));
      if (this.#open.has(each)) continue;
      if (text === undefined) {
        project.remove(each);
        this.events.changed([each]);
      } else this.#setText(project, each, text);
    }
  }
}

/** The folder of a URI, without a slash behind it unless it is everything. */
const rootOf = (uri: string): string => pathOf(uri).replace(/\/+$/, "") || "/";

/** A share of the processor that is given back every SLICE milliseconds (R3). */
class Turn {
  #began = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#began < SLICE) return;
    await nextTurn();
    this.#began = performance.now();
  }
}

/** Lets messages in: comes back after everything that waits now. */
export function nextTurn(): Promise<void> {
  return new Promise((resume) => {
    if (typeof setImmediate === "function") setImmediate(resume);
    else setTimeout(resume, 0);
  });
}
