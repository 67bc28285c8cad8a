// How much of a program may be kept, and what is said to whoever wants more. Whatever is too large is refused where it is asked
// for, as the fault LimitExceeded with the number, and no task is harmed later for it.
//
// Z1. A value that is written or sent, the items of a channel together, and what a task starts with: looked at before anything
//     is done.
// Z2. The state of a task, and the variables: they are written down in any case, as far as a record can hold them, and then the
//     task sees the fault where it waits. For variables that is a task which has run since and can change them.
// Z3. A record can hold twice what is allowed. A task that has become larger than that within one interval of the keeper is not
//     written down until it has let go of something; the file has it as it was before.
// Z4. When the file is as large as it may be, no task is started, and each may have little state only. Those that run can end:
//     there is room for that beyond the limit.

import type { Input } from "../../engine/host.ts";
import { LARGEST_RECORD } from "../../horizon/record.ts";
import { faultInput } from "../payload.ts";

/** Bytes of one value that is sent, written or given to a task, and of all items of a channel (Z1). */
export const LARGEST_VALUE = 64 * 1024 * 1024;
/** Bytes of one of a thousand values that may be on their way to a channel at once, uncounted. */
export const SMALL_VALUE = 64 * 1024;
/** Bytes of a task's state, and of all variables (Z2). */
export const LARGEST_STATE = LARGEST_RECORD / 2;
/** Bytes of either that can be written down at all (Z3): a record, without what stands in front of it. */
export const LARGEST_PARCEL = LARGEST_RECORD - 1024;
/** Bytes of a task's state while the file is full (Z4). */
export const SMALL_STATE = 64 * 1024;

const refused = (message: string): Input => faultInput("LimitExceeded", message);

/** `what`: "IO_WRITE needs data"; `size`: at least that. */
export const valueTooLarge = (what: string, size: number): Input =>
  refused(`${what} of at most ${LARGEST_VALUE} bytes in a program that is kept, got ${size} or more`);

export const channelTooLarge = (held: number, size: number): Input =>
  refused(`the channel holds ${held} bytes and may hold ${LARGEST_VALUE}: ${size} more do not go in`);

export const argumentsTooLarge = (size: number): string =>
  `a task that is kept starts with at most ${LARGEST_VALUE} bytes of arguments and captures, got ${size} or more`;

/** `size`: infinite when it is not known. */
export const stateTooLarge = (what: string, size: number, most: number): Input =>
  refused(
    Number.isFinite(size)
      ? `${what} ${size} bytes, and ${most} may be kept`
      : `${what} more than ${LARGEST_PARCEL} bytes, and ${most} may be kept`,
  );

export const fileIsFull = ({ size, limit }: { readonly size: number; readonly limit: number }): string =>
  `the .wld file holds ${size} bytes and may hold ${limit}: no further task is taken on`;
