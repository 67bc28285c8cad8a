// Addresses of TCP: a host and a port as the system writes them.

import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { AF_INET, AF_INET6, SOCKADDR_IN_BYTES, SOCKADDR_IN6_BYTES } from "./abi.ts";
import { boundAddress, writeAddress } from "./system.ts";

/** A struct sockaddr_in or sockaddr_in6. */
export interface SocketAddress {
  readonly family: number;
  readonly bytes: Uint8Array;
}

const PORT_AT = 2;
const IPV4_AT = 4;
const IPV6_AT = 8;
const SCOPE_AT = 24;

/** `ip` in figures, an IPv6 one perhaps with its scope ("fe80::1%eth0"); null when it is none. */
export function numericAddress(ip: string, port: number): SocketAddress | null {
  const [address, scope] = ip.split("%", 2) as [string, string?];
  const family = isIP(address) === 4 ? AF_INET : isIP(address) === 6 ? AF_INET6 : 0;
  if (family === 0 || (family === AF_INET && scope !== undefined)) return null;
  const bytes = new Uint8Array(family === AF_INET ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(PORT_AT, port);
  writeAddress(family, address, bytes.subarray(family === AF_INET ? IPV4_AT : IPV6_AT));
  if (scope !== undefined) view.setUint32(SCOPE_AT, scopeNumber(scope), true);
  return { family, bytes };
}

/** The addresses of a name that needs no asking; null for all others. */
export function knownAddresses(host: string, port: number): SocketAddress[] | null {
  const names = host.toLowerCase() === "localhost" ? ["::1", "127.0.0.1"] : [host];
  const addresses = names.map((name) => numericAddress(name, port));
  return addresses.includes(null) ? null : (addresses as SocketAddress[]);
}

/** The port that a socket is bound to; it stands at the same place for both families. */
export function boundPort(fd: number): number {
  return boundAddress(fd).getUint16(PORT_AT);
}

function scopeNumber(scope: string): number {
  const interfaces = networkInterfaces()[scope] ?? [];
  const found = interfaces.find((each) => each.family === "IPv6" && each.scopeid > 0);
  return found?.family === "IPv6" ? found.scopeid : Number(scope) || 0;
}
