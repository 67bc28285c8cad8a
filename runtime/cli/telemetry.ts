// `walia run --telemetry` and `--metrics-port`: what the shards count, as Prometheus text (exposition format 0.0.4). The text
// is made when somebody asks for it; in between nothing happens.

import { createServer, type RequestListener, type Server } from "node:http";
import { Counter, Gauge, Registry } from "prom-client";
import { COUNTERS, type CounterMemory, type CounterName, counterNames, type Meaning } from "../nexus/counters.ts";
import { type Reading, read, Saturation } from "../nexus/readings.ts";
import { FileTrouble } from "./trouble.ts";
import { version } from "./version.ts";

/** Makes the text from the counters in a memory. */
export class Telemetry {
  readonly #memory: CounterMemory;
  readonly #now: () => number;
  readonly #registry = new Registry();
  #reading: Reading;

  /** `now`: milliseconds since 1970. */
  constructor(memory: CounterMemory, now: () => number = Date.now) {
    this.#memory = memory;
    this.#now = now;
    this.#reading = read(memory, now());
    for (const name of counterNames) this.#addCounter(name);
    this.#addEffects();
    this.#addProcess();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Ends with a line end. */
  async text(): Promise<string> {
    this.#reading = read(this.#memory, this.#now());
    return this.#registry.metrics();
  }

  #addCounter(name: CounterName): void {
    const { kind, help, isTime = false }: Meaning = COUNTERS[name];
    const metric = { help, labelNames: ["shard"], registers: [this.#registry] };
    const values = (): number[] => this.#reading.shards.map((counts) => counts[name] / (isTime ? 1000 : 1));
    const full = `walia_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}${isTime ? "_seconds" : ""}`;
    if (kind === "level") {
      const gauge = new Gauge({
        ...{ ...metric, name: full },
        collect: () => values().forEach((value, shard) => void gauge.set({ shard }, value)),
      });
    } else {
      const counter = new Counter({
        ...{ ...metric, name: `${full}_total` },
        collect: () => {
          counter.reset();
          values().forEach((value, shard) => void counter.inc({ shard }, value));
        },
      });
    }
  }

  /** Effects that nobody has asked for are left out: there are many, and most programs use few. */
  #addEffects(): void {
    const used = () => this.#reading.effects.filter(({ asked }) => asked > 0);
    const requests = new Counter({
      name: "walia_effect_requests_total",
      help: "Effects that reached the reactor, by name.",
      labelNames: ["effect"],
      registers: [this.#registry],
      collect: () => {
        requests.reset();
        for (const { name, asked } of used()) requests.inc({ effect: name }, asked);
      },
    });
    const waiting = new Gauge({
      name: "walia_effect_waiting",
      help: "Tasks that wait for the answer to an effect, by its name.",
      labelNames: ["effect"],
      registers: [this.#registry],
      collect: () => {
        for (const { name, waiting: count } of used()) waiting.set({ effect: name }, count);
      },
    });
  }

  #addProcess(): void {
    const saturation = new Saturation(this.#memory.startedAt);
    const { startedAt } = this.#memory;
    this.#addFigure("walia_event_saturation", "Events per second since the reading before.", () =>
      saturation.read(this.#reading),
    );
    this.#addFigure("walia_start_time_seconds", "When the program started, since 1970.", () => startedAt / 1000);
    this.#addFigure("process_resident_memory_bytes", "Memory of the process.", () => process.memoryUsage.rss());
    const cpu = new Counter({
      name: "process_cpu_seconds_total",
      help: "Processor time of the process, the system's for it included.",
      registers: [this.#registry],
      collect: () => {
        const { user, system } = process.cpuUsage();
        cpu.reset();
        cpu.inc((user + system) / 1e6);
      },
    });
    new Gauge({
      name: "walia_info",
      help: "What runs the program.",
      labelNames: ["version", "node"],
      registers: [this.#registry],
    }).set({ version, node: process.versions.node }, 1);
  }

  #addFigure(name: string, help: string, value: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [this.#registry], collect: () => gauge.set(value()) });
  }
}

/** Serves the text on 127.0.0.1 as long as the process lives, which it does not prolong. Port 0: a free one. */
export async function serve(telemetry: Telemetry, port: number): Promise<Server> {
  const server = createServer(answerWith(telemetry));
  server.on("connection", (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotServe(port, error)));
    server.listen(port, "127.0.0.1", resolve);
  });
  server.unref();
  return server;
}

function answerWith(telemetry: Telemetry): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? "/").split("?");
    const answer = (code: number, text: string, headers: Record<string, string> = {}): void => {
      response.writeHead(code, { "Content-Type": "text/plain; charset=utf-8", ...headers }).end(text);
    };
    if (path !== "/metrics") answer(404, "The metrics are at /metrics.\n");
    else if (request.method !== "GET" && request.method !== "HEAD") answer(405, "GET only.\n", { Allow: "GET, HEAD" });
    else
      telemetry.text().then(
        (text) => answer(200, text, { "Content-Type": telemetry.contentType }),
        () => answer(500, "The metrics could not be read.\n"),
      );
  };
}

function cannotServe(port: number, { code, message }: NodeJS.ErrnoException): FileTrouble {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "the port is in use",
    EACCES: "the system does not let this user listen there",
  };
  return new FileTrouble(`--metrics-port ${port}`, reasons[code ?? ""] ?? message);
}
