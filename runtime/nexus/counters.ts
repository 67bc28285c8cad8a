// What a shard counts, for `walia_metrics()` and whoever watches. Plain numbers in one object, written by the shard alone;
// nobody pays when nobody looks.

export class Counters {
  /** Tasks begun, and those that have ended. */
  tasksStarted = 0;
  tasksEnded = 0;
  /** Tasks that wait for something. */
  tasksParked = 0;
  /** Times a task was run from where it stood to where it stopped. */
  resumptions = 0;
  /** Requests that tasks made of the reactor. */
  requests = 0;
  /** Events from outside: completions of operations, timers that were due, signals. */
  events = 0;
  /** Operations handed to the driver. */
  submissions = 0;
  cancellations = 0;
  /** Faults that nobody handled or awaited. */
  faults = 0;
  /** Times the loop came round. */
  turns = 0;
}

/** The figures by the names that programs see. `elapsed` is in milliseconds, since `events` was 0. */
export function figures(counters: Counters, elapsed: number): Record<string, number> {
  return {
    EVENT_SATURATION: elapsed > 0 ? Math.round((counters.events * 1000) / elapsed) : 0,
    TASKS_STARTED: counters.tasksStarted,
    TASKS_ENDED: counters.tasksEnded,
    TASKS_SUSPENDED: counters.tasksParked,
    RESUMPTIONS: counters.resumptions,
    REQUESTS: counters.requests,
    EVENTS: counters.events,
    SUBMISSIONS: counters.submissions,
    CANCELLATIONS: counters.cancellations,
    FAULTS: counters.faults,
    TURNS: counters.turns,
  };
}
