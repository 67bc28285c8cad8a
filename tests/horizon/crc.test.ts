import { describe, expect, test } from "vitest";
import { crc32c } from "../../runtime/horizon/crc.ts";

describe("CRC-32C", () => {
  // RFC 3720, appendix B.4.
  test.each([
    ["32 bytes of zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["32 bytes that count up", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["32 bytes that count down", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [
      "an iSCSI read command",
      Buffer.from(
        "01c00000000000000000000000000000140000000000040000000014000000182800000000000000" + "0200000000000000",
        "hex",
      ),
      0xd9963a56,
    ],
    ["123456789", Buffer.from("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s is that of the standard", (_, bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });

  test("goes on from any place", () => {
    const bytes = Uint8Array.from({ length: 61 }, (_, i) => (i * 37) & 0xff);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut))).toBe(crc32c(bytes));
  });
});
