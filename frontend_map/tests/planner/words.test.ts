import { describe, expect, it } from "vitest";
import { partsWithin } from "../../src/planner/balance";
import { Draft } from "../../src/planner/measures";
import { codeEnd, stepWords } from "../../src/planner/words";
import { squareCity } from "./square_city";

const city = () => new Draft(squareCity({ columns: 4, rows: 4, block: 2 }));
const step = (from: (number | null)[], to: (number | null)[], zones: number[] = []) => ({ units: from.map((_, at) => at), from_numbers: from, to_numbers: to, zones });

describe("a step in words", () => {
  it("says from which grids units went to which", () => {
    expect(stepWords(city(), step([2, 2], [1, 1]))).toBe("2 个地块 · 网格2 → 网格1");
    expect(stepWords(city(), step([1, 2], [2, 1]))).toBe("2 个地块 · 网格2、网格1");
  });

  it("counts pieces of a cut unit, which no longer is, and calls nothing unassigned", () => {
    expect(stepWords(city(), step([1, null, null], [null, 1, 9]))).toBe("2 个地块 · 网格1 → 网格1、网格 9");
  });

  it("names the grid whose name or lock changed, and shortens long lists", () => {
    expect(stepWords(city(), step([], [], [3]))).toBe("网格3");
    expect(stepWords(city(), step([], [], [1, 2, 3, 4]))).toBe("网格1、网格2、网格3 等 4 个");
  });
});

it("the end of a code tells grids of a community apart; codes of other layers have none", () => {
  expect([codeEnd("370212001021005"), codeEnd("01040137021200160100"), codeEnd(null)]).toEqual(["005", "", ""]);
});

it("a grid is divided into as many as the band allows, which may be none", () => {
  expect(partsWithin(900, { min: 300, max: 500 })).toEqual({ least: 2, most: 3 });
  const { least, most } = partsWithin(510, { min: 300, max: 500 });
  expect(most).toBeLessThan(least);
});
