// CRC-32C (Castagnoli, reflected polynomial 82F63B78), as in RFC 3720, appendix B.4: the checksum of every record.
//
// Eight bytes a round through eight tables ("slicing by 8", Kounavis and Berry 2005).

const POLYNOMIAL = 0x82f63b78;

/** TABLES[k·256 + b]: what byte b, k bytes before the end of a group of eight, adds to the remainder. */
const TABLES = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let i = 256; i < TABLES.length; i++) {
  const before = TABLES[i - 256]!;
  TABLES[i] = (before >>> 8) ^ TABLES[before & 0xff]!;
}

/** The CRC-32C of `bytes[from, to)`, unsigned. `before`: the CRC of what stands in front, to go on from there. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  // In bundles, what a module has at its top level is looked up each time.
  const tables = TABLES;
  let crc = ~before;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
