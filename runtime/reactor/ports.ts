// Hardware ports of a running program: each is a descriptor over the source that walia.json binds it to, opened when first
// used; monitors watch some of them.
//
//   Monitor:  queued ──> reading ── event ──> handling (a task performs IO_READ { target, data }) ──┐
//               ^            ^                   ^                                                  │
//               │            └── not false ──────│────────── value of the task ─────────────────────┤
//               └ lane taken     event, no handler yet: holding ── handler installed                └─ false ──> ended
//
// M1. One event of a port at a time: the next is read when the handler of the last has ended, so events are handled in
//     their order and a flood of them waits in the source.
// M2. Only the value `false` stops a monitor. A handler that forgets to resume, or that fails, keeps it watching; its fault
//     is reported at once, because nobody can await an event's task.
// M3. An event that comes before the program has a handler for IO_READ is held until it has one. When the program's
//     own code has ended without, none will come: that is a fault, and the monitor ends.
// M4. An error of the source ends the monitor and is reported, because no task asked.
// M5. A port stays open until the program ends, also when its monitor has ended: nothing that arrives between two monitors
//     is lost.

import type { Input } from "../engine/host.ts";
import type { EffectRequest, Fault, FaultKind, Future, FutureWaiter } from "../engine/values.ts";
import { Descriptor, type LaneUser } from "./descriptors.ts";
import { DriverError, type DriverValue } from "./drivers/driver.ts";
import { enter, release } from "./lanes.ts";
import { faultInput, ioFault, nameOf, portName, portTitle } from "./payload.ts";
import type { Reactor } from "./shard.ts";
import { parseSource } from "./sources.ts";

const LONGEST_EVENT = 65536;

type MonitorState =
  | { readonly kind: "queued" }
  | { readonly kind: "reading" }
  | { readonly kind: "holding"; readonly event: Uint8Array }
  | { readonly kind: "handling"; readonly task: number }
  | { readonly kind: "ended" };

/** What is kept of a monitor: an event that is held for a handler, or the task that handles one. */
export interface MonitorView {
  readonly port: number;
  readonly event: Uint8Array | undefined;
  readonly task: number | undefined;
}

export class Ports {
  readonly #reactor: Reactor;
  readonly #bindings: ReadonlyMap<number, string>;
  readonly #open = new Map<number, Descriptor>();
  readonly #monitors = new Map<number, Monitor>();

  constructor(reactor: Reactor, bindings: ReadonlyMap<number, string>) {
    this.#reactor = reactor;
    this.#bindings = bindings;
  }

  /** Monitors that have not ended. */
  get watched(): number {
    return this.#monitors.size;
  }

  isBound(port: number): boolean {
    return this.#bindings.has(port);
  }

  /** A port's descriptor, or the fault that says what is missing. */
  find(request: EffectRequest, port: number): Descriptor | Input {
    const known = this.#open.get(port);
    if (known !== undefined) return known;
    const binding = this.#bindings.get(port);
    if (binding === undefined) return unbound(request, port);
    const source = parseSource(binding);
    const handle = source === undefined ? NO_SOURCE : this.#reactor.driver.source(source);
    if (handle instanceof DriverError) return ioFault(request, `on ${portTitle(port, binding)}`, handle);
    const hasValue = source?.kind === "file" || source?.kind === "gpio";
    const descriptor = new Descriptor(port, { kind: "port", source: binding, hasValue }, handle);
    this.#open.set(port, descriptor);
    return descriptor;
  }

  /** Watches a port; nothing new if it is watched already. */
  monitor(port: Descriptor, start = (monitor: Monitor) => monitor.watch()): void {
    if (this.#monitors.has(port.fd)) return;
    const monitor = new Monitor(this.#reactor, port, () => this.#monitors.delete(port.fd));
    this.#monitors.set(port.fd, monitor);
    start(monitor);
  }

  get monitors(): MonitorView[] {
    return [...this.#monitors.values()].map((monitor) => monitor.view);
  }

  /** Watches a port again, as `view` says. Yields what is wrong when it cannot be. */
  restore(number: number, event: Uint8Array | undefined, handling: Future | undefined): string | null {
    const request: EffectRequest = { site: { effect: "monitor" }, f_port: number };
    const port = this.find(request, number);
    if ("kind" in port) return port.kind === "perform" ? String(port.payload.message) : null;
    this.monitor(port, (monitor) => monitor.goOn(event, handling));
    return null;
  }

  handlerInstalled(effect: string): void {
    if (effect === "IO_READ") for (const monitor of [...this.#monitors.values()]) monitor.deliverHeld();
  }

  /** The program's own code has ended (M3). */
  mainEnded(): void {
    for (const monitor of [...this.#monitors.values()]) monitor.deliverHeld();
  }
}

const NO_SOURCE = new DriverError("EINVAL", "it is bound to no known kind of source");

function unbound(request: EffectRequest, port: number): Input {
  const line = `{ "ports": { "${portName(port)}": "fifo:/path/of/a/fifo" } }`;
  const message = `${nameOf(request)}: port ${portName(port)} is not bound to a source; add to walia.json: ${line}`;
  return faultInput("IoError", message, { code: "ENODEV", fd: port });
}

/** Reads a port again and again, and has each event handled. */
class Monitor implements LaneUser, FutureWaiter {
  #state: MonitorState = { kind: "queued" };

  constructor(
    readonly reactor: Reactor,
    readonly port: Descriptor,
    readonly onEnd: () => void,
  ) {}

  /** any -> queued; the lane's `start` comes at once, or when whoever reads the port now has its data. */
  watch(): void {
    this.#state = { kind: "queued" };
    enter(this.reactor, this.port.reading, this);
  }

  get view(): MonitorView {
    const event = this.#state.kind === "holding" ? this.#state.event : undefined;
    return { port: this.port.fd, event, task: this.#state.kind === "handling" ? this.#state.task : undefined };
  }

  /** As an earlier run has left it. */
  goOn(event: Uint8Array | undefined, handling: Future | undefined): void {
    if (handling !== undefined) {
      this.#state = { kind: "handling", task: handling.id };
      handling.waiters = [this];
    } else if (event !== undefined) this.#state = { kind: "holding", event };
    else this.watch();
  }

  /** queued -> reading */
  start(): void {
    this.#state = { kind: "reading" };
    this.port.handle?.read(this.reactor.submit(this), LONGEST_EVENT, 0);
  }

  /** reading -> handling or holding */
  completed(value: DriverValue): void {
    release(this.reactor, this.port.reading);
    const event = value instanceof Uint8Array ? value : new Uint8Array(0);
    if (this.#hasHandler) this.#handle(event);
    else {
      this.#state = { kind: "holding", event };
      if (this.reactor.mainHasEnded) this.deliverHeld();
    }
  }

  failed(error: DriverError): void {
    release(this.reactor, this.port.reading);
    this.#end(this.#fault("IoError", `failed: ${error.text} (${error.code})`, error.code));
  }

  /** holding -> handling or, when there will be no handler, ended */
  deliverHeld(): void {
    if (this.#state.kind !== "holding") return;
    if (this.#hasHandler) this.#handle(this.#state.event);
    else {
      const why = 'has an event, but the program has no handler for "IO_READ" at its top level';
      this.#end(this.#fault("UnhandledEffect", why, "ENOTSUP"));
    }
  }

  /** handling -> queued, or ended (M2) */
  settled(future: Future): void {
    const { state } = future;
    if (state.kind === "failed") this.reactor.reportUnhandled(state.fault, this.#title);
    if (state.kind === "done" && state.value === false) this.#end(null);
    else this.watch();
  }

  get #title(): string {
    return `monitor of port ${portName(this.port.fd)}`;
  }

  get #hasHandler(): boolean {
    return this.reactor.engine.programHandler("IO_READ") !== undefined;
  }

  #handle(event: Uint8Array): void {
    const { engine } = this.reactor;
    const perform = engine.performTask("IO_READ", { target: this.port.fd, data: event });
    const future = this.reactor.startTask(perform, [], this.#title, engine.isHome(engine.programHandler("IO_READ")!));
    this.#state = { kind: "handling", task: future.id };
    future.observed = true;
    future.waiters = [this];
  }

  #end(fault: Fault | null): void {
    this.#state = { kind: "ended" };
    this.onEnd();
    if (fault !== null) this.reactor.reportUnhandled(fault, this.#title);
    this.reactor.driver.soon();
  }

  #fault(kind: FaultKind, what: string, code: string): Fault {
    const { fd, what: described } = this.port;
    const title = portTitle(fd, described.kind === "port" ? described.source : "");
    return { kind, message: `${title} ${what}`, fields: { code, fd }, trace: [] };
  }
}
