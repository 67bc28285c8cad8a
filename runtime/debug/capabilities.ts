// What the debugger can do, as it says to its client: exactly what is there (session.ts).

import type { DebugProtocol } from "@vscode/debugprotocol";

/** Which faults stop the program (control.ts). */
export const FILTERS: readonly DebugProtocol.ExceptionBreakpointsFilter[] = [
  {
    filter: "unhandled",
    label: "Unhandled faults",
    description: "Stops where a fault happens that no handler of the task answers",
    default: true,
  },
  { filter: "all", label: "All faults", description: "Stops at every fault, also where a handler answers it" },
  {
    filter: "effects",
    label: "Effects without a handler",
    description: "Stops where an effect is performed that neither a handler nor the reactor answers",
  },
];

export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  exceptionBreakpointFilters: [...FILTERS],
  supportsExceptionInfoRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsEvaluateForHovers: true,
  supportsClipboardContext: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ["."],
  supportsValueFormattingOptions: true,
  supportsLoadedSourcesRequest: true,
  supportsRestartFrame: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsTerminateThreadsRequest: true,
};
