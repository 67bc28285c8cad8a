// IO_OPEN and IO_EXISTS. Paths are as the operating system takes them: relative ones from the folder the program runs in.

import type { EffectRequest, Value } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import type { Handle, OpenMode } from "../drivers/driver.ts";
import { ioFault, wrongField, wrongValue } from "../payload.ts";

const MODES: readonly Value[] = ["r", "w", "a", "r+"] satisfies OpenMode[];

function modeOf(request: EffectRequest): OpenMode {
  return (request.f_mode ?? "r") as OpenMode;
}

const open: Answer = {
  begin(reactor, task, request) {
    const { f_path: path } = request;
    if (typeof path !== "string") reactor.wake(task, wrongField(request, "path", "a string", path));
    else if (!MODES.includes(modeOf(request))) {
      reactor.wake(task, wrongValue(request, "mode", '"r", "w", "a" or "r+"', request.f_mode));
    } else reactor.driver.open(reactor.submit(task), path, modeOf(request));
  },
  completed(reactor, task, request, value) {
    const what = { kind: "file", path: request.f_path as string, mode: modeOf(request) } as const;
    reactor.resume(task, reactor.descriptors.add(what, value as Handle).fd);
  },
  failed: (reactor, task, request, error) => reactor.wake(task, ioFault(request, `of "${request.f_path}"`, error)),
  withdraw: (reactor, task) => reactor.driver.withdraw(reactor.takeBack(task)),
};

const exists: Answer = {
  begin(reactor, task, request) {
    const { f_path: path } = request;
    if (typeof path === "string") reactor.driver.exists(reactor.submit(task), path);
    else reactor.wake(task, wrongField(request, "path", "a string", path));
  },
  completed: (reactor, task, _request, value) => reactor.resume(task, value === true),
  withdraw: (reactor, task) => reactor.driver.withdraw(reactor.takeBack(task)),
};

export const fileAnswers: Readonly<Record<string, Answer>> = { IO_OPEN: open, IO_EXISTS: exists };
