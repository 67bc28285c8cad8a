// The pages of an LMDB data file, read by ordinary reads: no mapping, nothing native. For looking at a file before LMDB
// may touch it, because LMDB trusts what it finds and takes the process down with it when that is wrong; and for reading
// what is left of a damaged one.
//
//   file     = page 0 and 1: meta; then pages of PAGE bytes, numbers little end first
//   page     = u64 its own number · u64 transaction that wrote it · u16 · u16 flags · u16 lower, u16 upper (bytes of room lie
//              between them, counted after the head) | overflow: u32 number of pages
//              24: u16 where each node is, counted after the head, in the order of their keys
//   node     = branch: 48 bits page below · u16 length of key · key       (the first key is not used)
//              leaf:   u32 length of value · u16 flags · u16 length of key · key · value
//                      flag 1: value is u64 page, u64 transaction, u64 number of pages: it is there, after the first one's head
//                      flag 2: value is a tree
//   tree     = u32 · u16 flags · u16 depth · u64 branch pages · u64 leaf pages · u64 overflow pages · u64 entries · u64 root
//   meta     = head · u32 BEEFC0DE · u32 version 2 · u64 · u64 · tree of free pages · main tree · u64 last page · u64 transaction
//   free     = u64 count, and that many i64: 0 nothing · page · -n then page: n pages from there on
//
// P1. Transactions take turns with the two meta pages and count up by one, and each writes the main tree's root anew. So a changed
//     number shows. The root is compared for the newest one only: when LMDB could not write a meta page it puts the old number
//     back over the new trees, and that write was rejected.
// P2. A page is in one place only: below one page, or among the free ones. Below it are no younger pages.
// P3. Keys ascend through a whole tree, and lie between those of the branches above.
// P4. The number of entries and pages that a tree claims is what is there. So a part that went missing shows.
// P5. Two threads may walk a tree together: it falls into parts, each is walked by one of them, and who has found which page is
//     in memory that both have.

import { fstatSync, readSync } from "node:fs";
import { type Damage, HorizonError } from "./trouble.ts";

/** Every `.wld` file has pages of this size. */
export const PAGE = 4096;
const HEAD = 24;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const NO_PAGE = -1;
/** Pages that are read at once where they follow each other: more would have left the processor's caches when they are looked at. */
const READ_AHEAD = 16;
/** No tree of pages with two keys each is deeper in a file that fits on a disk. */
const DEEPEST = 48;

enum PageFlag {
  Branch = 1,
  Leaf = 2,
  Overflow = 4,
  Meta = 8,
}

enum NodeFlag {
  Overflow = 1,
  Tree = 2,
}

/** What the file says of a tree. `root` is NO_PAGE when it is empty. */
export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  readonly root: number;
}

/** A node of a leaf. One object is used for all of them: take from it what you keep. */
export interface Entry {
  key: Uint8Array;
  keyAt: number;
  keyLength: number;
  value: Uint8Array;
  valueAt: number;
  valueLength: number;
  /** The value is a tree (readTree). */
  isTree: boolean;
  page: number;
}

interface Meta {
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

/** A file that is being looked at. Whatever is wrong with it is added to `damage`; nothing is thrown after the constructor. */
export class PageFile {
  readonly damage: Damage[] = [];
  readonly size: number;
  readonly meta: Meta;
  /** 1: reached, 2: free (P2); in shared memory (P5). */
  readonly use: Uint8Array;
  readonly #levels: Uint8Array[] = [];
  #overflow = new Uint8Array(PAGE);
  /** Pages that were read ahead, from `#aheadFrom` up to `#aheadTo`. */
  readonly #ahead = new Uint8Array(READ_AHEAD * PAGE);
  #aheadFrom = 0;
  #aheadTo = 0;
  #lastRead = NO_PAGE;
  readonly #entry: Entry = {
    key: this.#overflow,
    keyAt: 0,
    keyLength: 0,
    value: this.#overflow,
    valueAt: 0,
    valueLength: 0,
    isTree: false,
    page: 0,
  };

  /**
   * `fd` is open for reading and stays the caller's. `use`: that of another thread with the same file. Throws HorizonError when this is
   * no LMDB file.
   */
  constructor(
    readonly path: string,
    readonly fd: number,
    use?: Uint8Array,
  ) {
    this.size = fstatSync(fd).size;
    if (this.size === 0) throw foreign(path, "the file is empty: it was cut off, or something else has made it");
    const metas = [0, 1].map((index) => this.#meta(index));
    const known = metas.filter((meta) => meta !== undefined);
    if (known.length === 0) throw foreign(path, "this is no file that holds a program's state");
    this.meta = known.reduce((newest, meta) => (meta.transaction > newest.transaction ? meta : newest));
    this.#checkMetas(metas);
    const pages = Math.min(this.meta.lastPage + 1, Math.ceil(this.size / PAGE));
    this.use = use ?? new Uint8Array(new SharedArrayBuffer(pages));
    this.use.fill(1, 0, 2);
  }

  /** Visits every entry of a tree in order, passing over what is damaged. `of` names it in messages. */
  walk(tree: Tree, of: string | undefined, visit: (entry: Entry) => void): void {
    const walk = new Walk(this, tree, of);
    for (const part of walk.parts()) walk.part(part, visit);
    walk.end();
  }

  /** Checks the list of free pages (P2). After all trees were walked. */
  checkFree(): void {
    const { free } = this.meta;
    this.walk(free, "free pages", (entry) => {
      const { value, valueAt, valueLength, page } = entry;
      const count = valueLength >= 8 ? Math.min(whole(value, valueAt), valueLength / 8 - 1) : 0;
      for (let i = 1; i <= count; i++) {
        const number = signed(value, valueAt + 8 * i);
        if (number === 0) continue;
        const length = number < 0 ? -number : 1;
        const first = number < 0 ? signed(value, valueAt + 8 * ++i) : number;
        if (!(first >= 2 && first + length - 1 <= this.meta.lastPage)) {
          this.#report(page, undefined, `the list of free pages names page ${first}, which cannot be`);
          return;
        }
        for (let at = first; at < first + length; at++) this.#free(at, page);
      }
    });
  }

  /** The tree in the value of an entry; undefined, and reported, when it is none. */
  readTree({ value, valueAt, valueLength, page }: Entry, of: string): Tree | undefined {
    const tree = valueLength === 48 ? treeAt(value, valueAt) : undefined;
    if (tree === undefined || tree.depth > DEEPEST || (tree.root === NO_PAGE) !== (tree.depth === 0)) {
      this.#report(page, of, "the table's own record makes no sense");
      return undefined;
    }
    return tree;
  }

  #meta(index: number): Meta | undefined {
    const bytes = this.#read(index, new Uint8Array(PAGE));
    if (bytes === undefined || u32(bytes, HEAD) !== MAGIC) return undefined;
    const version = u32(bytes, HEAD + 4);
    if (version !== DATA_VERSION || u32(bytes, HEAD + 24) !== PAGE) return undefined;
    if (whole(bytes, 0) !== index || u16(bytes, 18) !== PageFlag.Meta) return undefined;
    const meta = {
      free: treeAt(bytes, HEAD + 24),
      main: treeAt(bytes, HEAD + 72),
      lastPage: whole(bytes, HEAD + 120),
      transaction: whole(bytes, HEAD + 128),
    };
    return meta.lastPage >= 1 && meta.main.depth <= DEEPEST && meta.free.depth <= DEEPEST ? meta : undefined;
  }

  /** P1 */
  #checkMetas(metas: readonly (Meta | undefined)[]): void {
    metas.forEach((meta, index) => {
      if (meta === undefined) this.#report(index, undefined, "one of the two first pages cannot be read");
      else if (meta.transaction % 2 !== index || (meta === this.meta && !this.#isRootOf(meta)))
        this.#report(index, undefined, "the number of the last write was changed");
    });
    const [first, second] = metas;
    if (first && second && Math.abs(first.transaction - second.transaction) !== 1)
      this.#report(0, undefined, "the numbers of the last two writes do not follow each other");
  }

  #isRootOf({ main, transaction }: Meta): boolean {
    if (main.root === NO_PAGE) return true;
    const bytes = this.#read(main.root, new Uint8Array(PAGE));
    return bytes !== undefined && whole(bytes, 8) === transaction;
  }

  #free(page: number, listedOn: number): void {
    // A free page beyond the end of the file was never written.
    if (page >= this.use.length) return;
    if (this.use[page] === 1) this.#report(listedOn, undefined, `page ${page} is in use and listed as free`);
    else if (this.use[page] === 2) this.#report(listedOn, undefined, `page ${page} is listed as free twice`);
    else this.use[page] = 2;
  }

  /** The page as read, whatever is in it; undefined, without a report, when it cannot be read whole. */
  #read(page: number, into: Uint8Array): Uint8Array | undefined {
    const end = page + into.length / PAGE;
    if (page < 0 || end * PAGE > this.size) return undefined;
    // What was written at once lies one after the other; elsewhere, reading ahead would read for nothing.
    if (page === this.#lastRead + 1 && end > this.#aheadTo) this.#readAhead(page);
    this.#lastRead = end - 1;
    if (page >= this.#aheadFrom && end <= this.#aheadTo) {
      const at = (page - this.#aheadFrom) * PAGE;
      into.set(this.#ahead.subarray(at, at + into.length));
      return into;
    }
    try {
      return readSync(this.fd, into, 0, into.length, page * PAGE) === into.length ? into : undefined;
    } catch {
      return undefined;
    }
  }

  /** As far as that can be done; what is missing then is missed by whoever reads it. */
  #readAhead(page: number): void {
    let length = 0;
    try {
      length = readSync(this.fd, this.#ahead, 0, this.#ahead.length, page * PAGE);
    } catch {
      // Each page is read by itself.
    }
    this.#aheadFrom = page;
    this.#aheadTo = page + Math.floor(length / PAGE);
  }

  /** A page of a tree that may be walked: of the right kind, in use once. Otherwise undefined, and reported. */
  treePage(
    page: number,
    level: number,
    parent: number,
    youngest: number,
    of: string | undefined,
  ): Uint8Array | undefined {
    if (!this.#claim(page, 1, parent, of)) return undefined;
    let bytes = this.#levels[level];
    if (bytes === undefined) {
      bytes = new Uint8Array(PAGE);
      this.#levels[level] = bytes;
    }
    if (this.#read(page, bytes) === undefined) return this.#report(page, of, "the page cannot be read");
    const flags = u16(bytes, 18);
    const lower = u16(bytes, 20);
    const upper = u16(bytes, 22);
    if (isZero(bytes)) return this.#report(page, of, "the page is all zeros");
    if (whole(bytes, 0) !== page) return this.#report(page, of, `the page says that it is page ${whole(bytes, 0)}`);
    if (flags !== PageFlag.Branch && flags !== PageFlag.Leaf)
      return this.#report(page, of, "the page is of no known kind");
    if (whole(bytes, 8) > youngest) return this.#report(page, of, "the page is younger than the one above it");
    if (lower % 2 !== 0 || lower > upper || HEAD + upper > PAGE)
      return this.#report(page, of, "the page's own measures do not fit");
    return bytes;
  }

  /** The value that stands on overflow pages, in `entry`; false, and reported, when it cannot be read. */
  readOverflow(entry: Entry, youngest: number, of: string | undefined): boolean {
    const { value, valueAt, page } = entry;
    const first = whole(value, valueAt);
    const count = whole(value, valueAt + 16);
    if (count !== Math.floor((HEAD - 1 + entry.valueLength) / PAGE) + 1) {
      this.#report(page, of, "the length of a large record and its pages do not agree");
      return false;
    }
    if (!this.#claim(first, count, page, of)) return false;
    if (this.#overflow.length < count * PAGE) this.#overflow = new Uint8Array(count * PAGE * 2);
    const bytes = this.#read(first, this.#overflow.subarray(0, count * PAGE));
    if (bytes === undefined) this.#report(first, of, "the page cannot be read");
    else if (whole(bytes, 0) !== first || u16(bytes, 18) !== PageFlag.Overflow || u32(bytes, 20) !== count)
      this.#report(first, of, isZero(bytes) ? "the page is all zeros" : "the page is not the start of a large record");
    else if (whole(bytes, 8) > youngest) this.#report(first, of, "the page is younger than the one above it");
    else {
      entry.value = this.#overflow;
      entry.valueAt = HEAD;
      return true;
    }
    return false;
  }

  /** P2: these pages exist and nobody else has them. */
  #claim(page: number, count: number, parent: number, of: string | undefined): boolean {
    const end = page + count;
    if (!(page >= 2 && count >= 1 && end <= this.meta.lastPage + 1)) {
      this.#report(parent, of, `page ${page} is named, and cannot be`);
      return false;
    }
    if (end > this.use.length || end * PAGE > this.size) {
      this.#report(page, of, `the file was cut off: it has ${this.size} bytes and this page is beyond them`);
      return false;
    }
    for (let at = page; at < end; at++) {
      // The other thread may come to the same page at the same moment (P5).
      if (Atomics.compareExchange(this.use, at, 0, 1) === 0) continue;
      this.#report(at, of, "the page is in two places");
      return false;
    }
    return true;
  }

  #report(page: number | undefined, table: string | undefined, what: string): undefined {
    this.damage.push({ what, ...(page === undefined ? {} : { page }), ...(table === undefined ? {} : { table }) });
    return undefined;
  }

  report(page: number | undefined, table: string | undefined, what: string): void {
    this.#report(page, table, what);
  }

  get entry(): Entry {
    return this.#entry;
  }
}

/** A key that bounds a part of a tree. */
interface Bound {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** What lies below one page of a tree, with what is known of that page. Plain data, for another thread. */
export interface TreePart {
  readonly page: number;
  readonly level: number;
  /** The transaction of the page above, which is not older. */
  readonly youngest: number;
  readonly lower: Bound | null;
  readonly upper: Bound | null;
  readonly parent: number;
}

/** What there is in parts of a tree. */
export interface TreeCounts {
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
}

/** One walk through one tree, or a part in one (P5). */
export class Walk {
  readonly #integers: boolean;
  #visit: (entry: Entry) => void = () => undefined;
  #branches = 0;
  #leaves = 0;
  #overflows = 0;
  #entries = 0;

  constructor(
    readonly file: PageFile,
    readonly tree: Tree,
    readonly of: string | undefined,
  ) {
    // The list of free pages is kept by number of transaction.
    this.#integers = tree === file.meta.free;
  }

  /** The parts that the tree falls into, in the order of their keys: what lies below each of the lowest branches. */
  *parts(): Iterable<TreePart> {
    if (this.tree.root !== NO_PAGE) yield* this.#parts(this.#all);
  }

  get #all(): TreePart {
    const { root } = this.tree;
    return { page: root, level: 1, youngest: this.file.meta.transaction, lower: null, upper: null, parent: 0 };
  }

  *#parts(part: TreePart): Iterable<TreePart> {
    if (part.level >= this.tree.depth - 1) {
      yield part;
      return;
    }
    const bytes = this.#page(part);
    if (bytes !== undefined) for (const below of this.#below(bytes, part)) yield* this.#parts(copyOf(below));
  }

  /** Visits every entry of a part in order. */
  part(part: TreePart, visit: (entry: Entry) => void): void {
    this.#visit = visit;
    this.#walk(part);
  }

  /** Visits the entries on the pages where these keys belong. */
  seek(keys: readonly Uint8Array[], visit: (entry: Entry) => void): void {
    this.#visit = visit;
    const wanted = keys.map((bytes) => ({ bytes, at: 0, length: bytes.length }));
    if (this.tree.root !== NO_PAGE) this.#seek(this.#all, wanted);
  }

  #seek(part: TreePart, keys: readonly Bound[]): void {
    const { lower, upper } = part;
    const inside = keys.filter(
      (key) => (lower === null || this.#compare(lower, key) <= 0) && (upper === null || this.#compare(key, upper) < 0),
    );
    if (inside.length === 0) return;
    const bytes = this.#page(part);
    if (bytes === undefined) return;
    if (part.level === this.tree.depth) this.#leaf(bytes, part);
    else for (const below of this.#below(bytes, part)) this.#seek(below, inside);
  }

  get counts(): TreeCounts {
    return { branches: this.#branches, leaves: this.#leaves, overflows: this.#overflows, entries: this.#entries };
  }

  /** Another thread has walked further parts. */
  add({ branches, leaves, overflows, entries }: TreeCounts): void {
    this.#branches += branches;
    this.#leaves += leaves;
    this.#overflows += overflows;
    this.#entries += entries;
  }

  /** P4 */
  end(): void {
    const { tree, of } = this;
    if (tree.root === NO_PAGE) {
      if (tree.entries > 0)
        this.file.report(undefined, of, `${tree.entries} records are missing: the table has no pages`);
    } else if (this.#entries !== tree.entries)
      this.file.report(undefined, of, `${this.#entries} records are readable where ${tree.entries} should be`);
    else if (this.#branches !== tree.branches || this.#leaves !== tree.leaves || this.#overflows !== tree.overflows)
      this.file.report(undefined, of, "the number of its pages is not what it should be");
  }

  #walk(part: TreePart): void {
    const bytes = this.#page(part);
    if (bytes === undefined) return;
    if (part.level === this.tree.depth) this.#leaf(bytes, part);
    else for (const below of this.#below(bytes, part)) this.#walk(below);
  }

  /** The page at the top of a part; undefined, and reported, when it is not what it should be. */
  #page({ page, level, youngest, parent }: TreePart): Uint8Array | undefined {
    const bytes = this.file.treePage(page, level, parent, youngest, this.of);
    if (bytes === undefined) return undefined;
    const isLeaf = u16(bytes, 18) === PageFlag.Leaf;
    const isEmpty = u16(bytes, 20) === 0;
    if (isLeaf !== (level === this.tree.depth))
      this.file.report(page, this.of, "the page is of the wrong kind for its place");
    else if (isEmpty) this.file.report(page, this.of, "the page has nothing in it");
    else {
      if (isLeaf) this.#leaves++;
      else this.#branches++;
      return bytes;
    }
    return undefined;
  }

  /** What lies below a branch. */
  *#below(bytes: Uint8Array, { page, level, lower, upper }: TreePart): Iterable<TreePart> {
    const youngest = whole(bytes, 8);
    const count = u16(bytes, 20) >> 1;
    let bound = lower;
    for (let i = 0; i < count; i++) {
      const next = i + 1 < count ? this.#branchKey(bytes, page, i + 1) : upper;
      const node = this.#node(bytes, page, i);
      if (node < 0 || next === undefined) return;
      const below = u16(bytes, node) + u16(bytes, node + 2) * 0x10000 + u16(bytes, node + 4) * 0x100000000;
      if (bound !== null && next !== null && this.#compare(bound, next) >= 0)
        this.file.report(page, this.of, "the keys on the page are out of order");
      else yield { page: below, level: level + 1, youngest, lower: bound, upper: next, parent: page };
      bound = next;
    }
  }

  #branchKey(bytes: Uint8Array, page: number, index: number): Bound | undefined {
    const node = this.#node(bytes, page, index);
    return node < 0 ? undefined : { bytes, at: node + 8, length: u16(bytes, node + 6) };
  }

  /** Where the node is on the page; -1, and reported, when it cannot be there. */
  #node(bytes: Uint8Array, page: number, index: number): number {
    const node = HEAD + u16(bytes, HEAD + 2 * index);
    if (node >= HEAD + u16(bytes, 22) && node + 8 + (node + 8 <= PAGE ? u16(bytes, node + 6) : 0) <= PAGE) return node;
    this.file.report(page, this.of, `entry ${index + 1} on the page is outside of it`);
    return -1;
  }

  #leaf(bytes: Uint8Array, { page, lower, upper }: TreePart): void {
    const { entry } = this.file;
    const transaction = whole(bytes, 8);
    const count = u16(bytes, 20) >> 1;
    // One object for each key and the one before it: there are millions.
    let key = { bytes, at: 0, length: 0 };
    let spare = { bytes, at: 0, length: 0 };
    let before = lower;
    for (let i = 0; i < count; i++) {
      const node = this.#node(bytes, page, i);
      if (node < 0) continue;
      key.at = node + 8;
      key.length = u16(bytes, node + 6);
      const flags = u16(bytes, node + 4);
      entry.key = bytes;
      entry.keyAt = key.at;
      entry.keyLength = key.length;
      entry.value = bytes;
      entry.valueAt = key.at + key.length;
      entry.valueLength = u16(bytes, node) + u16(bytes, node + 2) * 0x10000;
      entry.isTree = flags === NodeFlag.Tree;
      entry.page = page;
      const here = flags & NodeFlag.Overflow ? 24 : entry.valueLength;
      if (flags > NodeFlag.Tree || entry.valueAt + here > PAGE) {
        this.file.report(page, this.of, `entry ${i + 1} on the page is outside of it`);
        continue;
      }
      const order = before === null ? -1 : this.#compare(before, key);
      if (order > 0 || (order === 0 && before !== lower) || (upper !== null && this.#compare(key, upper) >= 0)) {
        this.file.report(page, this.of, "the keys on the page are out of order");
        continue;
      }
      before = key;
      [key, spare] = [spare, key];
      this.#entries++;
      if (flags & NodeFlag.Overflow) {
        this.#overflows += whole(bytes, entry.valueAt + 16);
        if (!this.file.readOverflow(entry, transaction, this.of)) continue;
      }
      this.#visit(entry);
    }
  }

  #compare(a: Bound, b: Bound): number {
    if (this.#integers) {
      const difference = whole(a.bytes, a.at) - whole(b.bytes, b.at);
      return a.length === 8 && b.length === 8 ? difference : 1;
    }
    const length = Math.min(a.length, b.length);
    for (let i = 0; i < length; i++) {
      const difference = a.bytes[a.at + i]! - b.bytes[b.at + i]!;
      if (difference !== 0) return difference;
    }
    return a.length - b.length;
  }
}

/** Its bounds stay when the pages that they are on are read over. */
const copyOf = (part: TreePart): TreePart => ({ ...part, lower: boundCopy(part.lower), upper: boundCopy(part.upper) });

const boundCopy = (bound: Bound | null): Bound | null =>
  bound && { bytes: bound.bytes.slice(bound.at, bound.at + bound.length), at: 0, length: bound.length };

const foreign = (path: string, what: string): HorizonError =>
  new HorizonError("foreign", path, `${what}. Put back a copy, move it away, or start over with --fresh.`);

const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) + u16(bytes, at + 2) * 0x10000;

/** A u64; one that no file has any use for comes out larger than all that have. */
const whole = (bytes: Uint8Array, at: number): number => u32(bytes, at) + u32(bytes, at + 4) * 0x100000000;

/** An i64 of moderate size. */
const signed = (bytes: Uint8Array, at: number): number => u32(bytes, at) + (u32(bytes, at + 4) | 0) * 0x100000000;

function treeAt(bytes: Uint8Array, at: number): Tree {
  const isEmpty = u32(bytes, at + 40) === 0xffffffff && u32(bytes, at + 44) === 0xffffffff;
  return {
    flags: u16(bytes, at + 4),
    depth: u16(bytes, at + 6),
    branches: whole(bytes, at + 8),
    leaves: whole(bytes, at + 16),
    overflows: whole(bytes, at + 24),
    entries: whole(bytes, at + 32),
    root: isEmpty ? NO_PAGE : whole(bytes, at + 40),
  };
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
