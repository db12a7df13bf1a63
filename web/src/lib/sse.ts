// Server-sent events over fetch: unlike EventSource it sees every kind of event and every refusal.

export interface ServerEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/** Cuts a stream of text into events. Feed it pieces; it keeps what is not complete yet. */
export class EventParser {
  #rest = "";
  #id: string | undefined;
  #event = "";
  #data: string[] = [];

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        events.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
        this.#event = "";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "id") this.#id = value;
      else if (name === "event") this.#event = value;
      else if (name === "data") this.#data.push(value);
    }
    return events;
  }
}

/** Reads a stream until it ends or `signal` stops it. Resolves at its end, rejects when it cannot begin. */
export async function readEvents(
  url: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
  onOpen: () => void,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const headers = new Headers({ accept: "text/event-stream" });
  if (lastEventId) headers.set("Last-Event-ID", lastEventId);
  const response = await globalThis.fetch(url, {
    headers,
    signal,
    credentials: "same-origin",
    cache: "no-store",
  });
  if (!response.ok || !response.body) throw new StreamRefused(response.status);
  onOpen();
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.push(value).forEach(onEvent);
  }
}

/** The server would not open the stream. */
export class StreamRefused extends Error {
  constructor(readonly status: number) {
    super(`the stream of events was refused with ${status}`);
  }
}
