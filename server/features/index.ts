// The list of features. Each is one file beside this one.

import type { Feature } from "../feature.ts";
import { hover } from "./hover.ts";

export const features: readonly Feature[] = [hover];
