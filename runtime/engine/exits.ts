// Values that leave code covered by a handler for a place outside it (compile/lower-handlers.ts), and a clause's request
// together with its continuation. Both are requests in form, so that the codec needs to know nothing new.

import type { Continuation, EffectRequest, Value } from "./values.ts";

const EXIT = { effect: "%exit" };

/** Leave for the loop's end ("break"), its next turn ("continue") or the function's end ("return", with a value). */
export function makeExit(target: "break" | "continue" | "return", value: Value): EffectRequest {
  return { site: EXIT, f_target: target, f_value: value };
}

/** Is it an exit for `target`; for any, when `target` is undefined? */
export function isExit(value: Value, target: string | undefined): boolean {
  if (typeof value !== "object" || value === null || !("site" in value)) return false;
  const request = value as EffectRequest;
  return request.site.effect === EXIT.effect && (target === undefined || request.f_target === target);
}

/** `effect` as a value: the request with its continuation as a field. */
export function requestWith(request: EffectRequest, continuation: Continuation): EffectRequest {
  return { ...request, f_continuation: continuation };
}
