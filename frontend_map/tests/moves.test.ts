import { describe, expect, it } from "vitest";
import type { Flow, Simulation } from "../src/api/rules";
import { FLOW_COLOURS, REST, balance, flowOf, hues, shownPoints, told } from "../src/state/moves";

const org = (code: string) => ({ code, name: { zh: code, en: null } });
const flow = (from: string | null, to: string | null, count: number): Flow => ({ from: from === null ? null : org(from), to: to === null ? null : org(to), count });
const flows = [flow("A", "B", 5), flow("C", "B", 3), flow("A", null, 2), flow(null, "A", 1)];

const point = (number: string, index: number) => ({
  type: "Feature" as const,
  geometry: { type: "Point" as const, coordinates: [120, 36] },
  properties: { number, from: flows[index]!.from?.code ?? null, to: flows[index]!.to?.code ?? null, flow: index },
});
const decision = (code: string | null) => ({ organisation: code === null ? null : org(code), rule: null, reason: { zh: "", en: null } });
const result = {
  flows,
  points: { type: "FeatureCollection", features: [point("1", 0), point("2", 1), point("3", 2)] },
  sample: [
    { number: "1", before: decision("A"), after: decision("B") },
    { number: "3", before: decision("A"), after: decision(null) },
  ],
} as unknown as Simulation;

describe("colours of a simulation", () => {
  it("go to the organisations that gain, or lose, most", () => {
    expect(hues(flows, "to")).toEqual([
      { code: "B", colour: 0, count: 8 },
      { code: null, colour: 1, count: 2 },
      { code: "A", colour: 2, count: 1 },
    ]);
    expect(hues(flows, "from").map((hue) => hue.code)).toEqual(["A", "C", null]);
  });

  it("leave one for all the others, and none over where all have their own", () => {
    const many = (n: number): Flow[] => Array.from({ length: n }, (_, index) => flow("X", `T${index}`, 100 - index));
    expect(hues(many(FLOW_COLOURS.length), "to").map((hue) => hue.code)).not.toContain(undefined);
    const crowded = hues(many(12), "to");
    expect(crowded).toHaveLength(FLOW_COLOURS.length);
    expect(crowded.at(-1)).toEqual({ code: undefined, colour: REST, count: 93 + 92 + 91 + 90 + 89 });
    expect(new Set(crowded.map((hue) => hue.colour)).size).toBe(FLOW_COLOURS.length);
  });

  it("stay with the points, whichever flow is shown", () => {
    expect(shownPoints(result, null, "to").features.map((one) => one.properties)).toEqual([
      { number: "1", colour: 0 },
      { number: "2", colour: 0 },
      { number: "3", colour: 1 },
    ]);
    expect(shownPoints(result, 2, "to").features.map((one) => one.properties)).toEqual([{ number: "3", colour: 1 }]);
    expect(shownPoints(result, 1, "from").features.map((one) => one.properties.colour)).toEqual([1]);
  });
});

describe("the tables of a simulation", () => {
  it("tell the incidents of a flow", () => {
    expect(told(result, null)).toHaveLength(2);
    expect(told(result, 2).map((one) => one.number)).toEqual(["3"]);
    expect(told(result, 1)).toEqual([]);
    expect(flowOf(result, "2")).toBe(1);
    expect(flowOf(result, "unknown")).toBeNull();
  });

  it("add up gains and losses; every gain is another's loss or had nobody", () => {
    expect(balance(flows)).toEqual([
      { ...org("B"), gain: 8, loss: 0 },
      { ...org("A"), gain: 1, loss: 7 },
      { ...org("C"), gain: 0, loss: 3 },
    ]);
  });
});
