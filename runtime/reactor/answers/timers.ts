// TIMER and SIGNAL.

import type { Answer } from "../answer.ts";
import { ioFault, wrongField, wrongValue } from "../payload.ts";

const timer: Answer = {
  begin(reactor, task, request) {
    const ms = request.f_ms;
    if (typeof ms !== "number" || !Number.isFinite(ms)) {
      reactor.wake(task, wrongValue(request, "ms", "a number of milliseconds", ms));
    } else if (ms <= 0) reactor.resume(task, undefined);
    else reactor.arm(task, reactor.now() + ms);
  },
  expired: (reactor, task) => reactor.resume(task, undefined),
  withdraw: (reactor, task) => reactor.disarm(task),
};

const signal: Answer = {
  place: "first",
  begin(reactor, task, request) {
    const name = request.f_name;
    if (typeof name === "string") reactor.driver.signal(reactor.submit(task), name);
    else reactor.wake(task, wrongField(request, "name", 'a string such as "SIGTERM"', name));
  },
  completed: (reactor, task) => reactor.resume(task, undefined),
  failed: (reactor, task, request, error) => reactor.wake(task, ioFault(request, String(request.f_name), error)),
  withdraw: (reactor, task) => reactor.driver.withdraw(reactor.takeBack(task)),
};

export const timerAnswers: Readonly<Record<string, Answer>> = { TIMER: timer, SIGNAL: signal };
