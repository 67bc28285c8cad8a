// The hardware ports that a program watches, as they are written.

import { sightingsOf } from "../../language/infer/sightings.ts";
import type { View } from "../view.ts";

/** `0x80`, in the order of the text. */
export function watchedPorts(view: View): string[] {
  const ports = new Set<string>();
  for (const [file, { items }] of view.analysis.files) {
    items.forEach(({ tree }, index) => {
      if (!tree.text.includes("io_monitor")) return;
      for (const { call } of sightingsOf(tree, view.analysis.names(file, index)).calls.get("io_monitor") ?? []) {
        const port = call.args[0]?.value;
        if (port && port.end > port.start) ports.add(tree.text.slice(port.start, port.end));
      }
    });
  }
  return [...ports];
}
