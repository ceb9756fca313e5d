// A question to the service that takes a while and can be taken back: the service then stops working on it.
import { send } from "./client";

export class TakenBack extends Error {}

// What is told of work that is done as a whole or not at all.
export const nothingKept = "Stopped. Unless it had just ended, nothing was changed.";

export interface Asked<T> {
  of: Promise<T>;
  stop: () => void;
}
// What a call of the client needs for it: client.GET("..", { .., ...how }).
export interface How {
  signal: AbortSignal;
  fetch: (request: Request) => Promise<Response>;
}

export function asked<T>(ask: (how: How) => Promise<T>): Asked<T> {
  const waits = new AbortController();
  const of = ask({ signal: waits.signal, fetch: (request) => send(request) }).catch((error: unknown) => {
    throw waits.signal.aborted ? new TakenBack() : error;
  });
  of.catch(() => {}); // is told where it is shown, if it still is
  return { of, stop: () => waits.abort() };
}
