// IO_LISTEN, IO_ACCEPT, IO_CONNECT.

import { Closure, type EffectRequest } from "../../engine/values.ts";
import type { Answer } from "../answer.ts";
import type { Handle } from "../drivers/driver.ts";
import { inTurn } from "../lanes.ts";
import { ioFault, isWhole, wrongField, wrongValue } from "../payload.ts";
import { receiving } from "../sessions.ts";
import { findDescriptor } from "./io.ts";

const LAST_PORT = 65535;

const listen: Answer = {
  begin(reactor, task, request) {
    const { f_port: port, f_host: host, f_session: session } = request;
    if (!isWhole(port, 0, LAST_PORT)) reactor.wake(task, wrongValue(request, "port", "a port from 0 to 65535", port));
    else if (host !== undefined && typeof host !== "string") {
      reactor.wake(task, wrongField(request, "host", "a string", host));
    } else if (session !== undefined && !(session instanceof Closure)) {
      reactor.wake(task, wrongField(request, "session", "a function", session));
    } else reactor.driver.listen(reactor.submit(task), host ?? undefined, port);
  },
  completed(reactor, task, request, value) {
    const handle = value as Handle;
    const host = request.f_host as string | undefined;
    const session = reactor.copy(request.f_session);
    const what = { kind: "listener", host, port: handle.port, session } as const;
    const listener = reactor.descriptors.add(what, handle);
    receiving(reactor, listener, session);
    reactor.resume(task, listener.fd);
  },
  failed: (reactor, task, request, error) => reactor.wake(task, ioFault(request, `on port ${request.f_port}`, error)),
  withdraw: (reactor, task) => reactor.driver.withdraw(reactor.takeBack(task)),
};

const accept = inTurn("descriptor", {
  find: (reactor, request) => findDescriptor(reactor, request, "fd", request.f_fd),
  lane: (descriptor) => descriptor.reading,
  submit(handle, tag, _request, { what }, reactor) {
    if (what.kind === "listener" && what.session !== undefined) handle.accept(tag);
    else reactor.admission.accept(handle, tag);
  },
  answer(reactor, value, _request, listener) {
    // A reception has given the connection its number already.
    if (typeof value === "number") return { value };
    const what = { kind: "accepted", listener: listener.fd, key: undefined } as const;
    return { value: reactor.descriptors.add(what, value as Handle).fd };
  },
});

function addressOf(request: EffectRequest): { readonly host: string; readonly port: number } {
  return { host: request.f_host as string, port: request.f_port as number };
}

const connect: Answer = {
  begin(reactor, task, request) {
    const { f_host: host, f_port: port } = request;
    if (typeof host !== "string") reactor.wake(task, wrongField(request, "host", "a string", host));
    else if (!isWhole(port, 1, LAST_PORT)) {
      reactor.wake(task, wrongValue(request, "port", "a port from 1 to 65535", port));
    } else reactor.driver.connect(reactor.submit(task), host, port);
  },
  completed(reactor, task, request, value) {
    const what = { kind: "dialled", ...addressOf(request) } as const;
    reactor.resume(task, reactor.descriptors.add(what, value as Handle).fd);
  },
  failed(reactor, task, request, error) {
    const { host, port } = addressOf(request);
    reactor.wake(task, ioFault(request, `to ${host}:${port}`, error));
  },
  withdraw: (reactor, task) => reactor.driver.withdraw(reactor.takeBack(task)),
};

export const netAnswers: Readonly<Record<string, Answer>> = {
  IO_LISTEN: listen,
  IO_ACCEPT: accept,
  IO_CONNECT: connect,
};
