import { describe, expect, it } from "vitest";
import { shift } from "../src/parts/sight";

describe("scrolling something into sight", () => {
  it("moves nothing that is seen", () => {
    expect(shift([10, 20], [0, 100])).toBe(0);
    expect(shift([0, 100], [0, 100])).toBe(0);
  });

  it("moves no further than needed", () => {
    expect(shift([-30, -10], [0, 100])).toBe(-30);
    expect(shift([95, 120], [0, 100])).toBe(20);
  });

  it("shows the beginning of what does not fit", () => {
    expect(shift([40, 190], [0, 100])).toBe(40);
  });
});
