import { describe, expect, it } from "vitest";
import { csv } from "@/lib/csv";
import { EventParser } from "@/lib/sse";
import { daysUntil, duration, expiryTone, fromLocalInput, relative, toLocalInput } from "@/lib/time";
import { touchedBy } from "@/lib/live";
import { count, words } from "@/lib/words";

describe("CSV", () => {
  it("quotes, and is never a formula", () => {
    const text = csv(
      ["a", "b"],
      [
        ["=1+1", 'say "hi", all'],
        ["-2", null],
        ["fine", { x: 1 }],
      ],
    );
    expect(text).toBe('a,b\r\n"\'=1+1","say ""hi"", all"\r\n"\'-2",\r\nfine,"{""x"":1}"\r\n');
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  it("are told relative to the given moment", () => {
    expect(relative("2026-11-21T12:05:00Z", now)).toMatch(/5/);
    expect(relative("no time", now)).toBe("no time");
  });
  it("count whole days, and say how urgent an end is", () => {
    expect(daysUntil("2026-11-22T00:00:00Z", now)).toBe(1);
    expect(daysUntil("2026-11-20T12:00:00Z", now)).toBe(-1);
    expect(
      ["2026-11-25T00:00:00Z", "2026-12-15T00:00:00Z", "2027-02-01T00:00:00Z"].map((at) =>
        expiryTone(at, now),
      ),
    ).toEqual(["bad", "warn", "neutral"]);
  });
  it("of spans are short", () => {
    expect([120, 35_000, 100_000, 90_061_000].map(duration)).toEqual([
      "120 ms",
      "35 s",
      "1 min 40 s",
      "1 d 1 h",
    ]);
  });
  it("survive a field of the browser's own zone", () => {
    expect(fromLocalInput(toLocalInput("2026-11-21T12:34:00.000Z"))).toBe("2026-11-21T12:34:00.000Z");
    expect(fromLocalInput("")).toBeUndefined();
  });
});

describe("events", () => {
  it("come out whole, however the stream is cut", () => {
    const parser = new EventParser();
    const text =
      'retry: 2000\nid: 4\n\n: still here\nid: 5\nevent: team_created\ndata: {"resource":\ndata: "team"}\n\n';
    const events = Array.from(text, (letter) => parser.push(letter)).flat();
    expect(events.at(-1)).toEqual({ id: "5", event: "team_created", data: '{"resource":\n"team"}' });
  });
  it("say which queries are old", () => {
    expect(touchedBy("job")).toContain("jobs");
    expect(touchedBy("something_new")).toEqual(["audit"]);
  });
});

describe("words", () => {
  it("are made of values", () => {
    expect([
      words("RenewalFailure"),
      words("in_progress"),
      words("team_created"),
      words("AwaitingCSR"),
    ]).toEqual(["Renewal failure", "In progress", "Team created", "Awaiting CSR"]);
    expect([count(1, "agent"), count(2, "policy", "policies")]).toEqual(["1 agent", "2 policies"]);
  });
});
