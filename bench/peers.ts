import type { Row } from "./rows.ts";
export function benchPeer(_row: Row, _quick: boolean): void {}
