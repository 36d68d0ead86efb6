import { describe, expect, it } from "vitest";
import type { CaseRow } from "../../src/api/dispatch";
import { merge } from "../../src/dispatch/merge";

const row = (number: string, state = "reported"): CaseRow => ({ number, state }) as CaseRow;
const numbers = (rows: readonly CaseRow[]): string[] => rows.map((one) => one.number);

describe("a newer answer beside the rows shown", () => {
  it("changes words in place and keeps the order", () => {
    const merged = merge([row("1"), row("2")], [row("2", "accepted"), row("1")], true);
    expect(numbers(merged.rows)).toEqual(["1", "2"]);
    expect(merged.rows[1]!.state).toBe("accepted");
    expect(merged.incoming).toBe(0);
    expect(merged.left.size).toBe(0);
  });

  it("counts arrivals without showing them", () => {
    const merged = merge([row("1")], [row("9"), row("8"), row("1")], true);
    expect(numbers(merged.rows)).toEqual(["1"]);
    expect(merged.incoming).toBe(2);
  });

  it("keeps what left, and says so", () => {
    const merged = merge([row("1"), row("2")], [row("2")], true);
    expect(numbers(merged.rows)).toEqual(["1", "2"]);
    expect([...merged.left]).toEqual(["1"]);
  });

  it("does not take for gone what an arrival pushed over the end of the page", () => {
    const merged = merge([row("1"), row("2"), row("3")], [row("9"), row("1"), row("2")], false);
    expect(merged.incoming).toBe(1);
    expect(merged.left.size).toBe(0);
  });

  it("tells apart what was pushed out and what left", () => {
    const merged = merge([row("1"), row("2"), row("3"), row("4")], [row("9"), row("2"), row("3"), row("4")], false);
    expect(merged.incoming).toBe(1);
    expect([...merged.left]).toEqual(["1"]);
  });
});
