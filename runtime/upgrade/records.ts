// Records of a `.wld` file, read and written again without a program: what is known by a number (futures, channels, atomics, pinned
// objects, handlers of the whole program) stands for itself.

import { Atomic, Channel, Future } from "../engine/values.ts";
import { Kind, type Links, Packer } from "../reactor/shards/parcel.ts";
import type { InertCodes } from "./inert.ts";

/** For one record: parts of one are not those of another. */
export function recordPacker(codes: InertCodes): Packer {
  const details = new Map<object, number>();
  const known = new Map<string, Future | Channel | Atomic>();
  const links: Links = {
    comes: (kind, id, detail) => {
      const name = `${kind === Kind.Channel || kind === Kind.Atomic ? kind : "future"} ${id}`;
      const shared = known.get(name) ?? makeShared(kind, id, detail);
      known.set(name, shared);
      details.set(shared, detail);
      return shared;
    },
    goes: (shared) => details.get(shared) ?? 0,
    settled: (future, state) => {
      future.state = state;
    },
  };
  const pins = new Map<number, object>();
  const numbers = new Map<object, number>();
  const external = (number: number): object => {
    let pin = pins.get(number);
    if (pin === undefined) {
      pin = { pin: number };
      pins.set(number, pin);
      numbers.set(pin, number);
    }
    return pin;
  };
  return new Packer(
    links,
    { ...codes.context, external },
    { external: (object) => numbers.get(object), programIndex: (segment) => codes.programIndex(segment) },
  );
}

function makeShared(kind: Kind, id: number, detail: number): Future | Channel | Atomic {
  if (kind === Kind.Channel) return new Channel(id, detail);
  return kind === Kind.Atomic ? new Atomic(id, 0) : new Future(id);
}
