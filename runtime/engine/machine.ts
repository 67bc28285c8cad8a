import type { Host, Input, Outcome, Task } from "./host.ts";
import type { Closure, EffectRequest, Value } from "./values.ts";

export function performEffect(_effect: string, _payload: Readonly<Record<string, Value>>): Value {
  throw new Error("not yet");
}
export function ask(_effect: string, _payload: Readonly<Record<string, Value>>): Value {
  throw new Error("not yet");
}
export function run(_task: Task, _input: Input): Outcome {
  throw new Error("not yet");
}
export function setHost(_host: Host): void {}
export function currentHost(): Host {
  throw new Error("not yet");
}
export function startStack(_task: Task, _closure: Closure, _args: readonly Value[]): void {}
export function makeRequest(_effect: string, _payload: Readonly<Record<string, Value>>): EffectRequest {
  throw new Error("not yet");
}
