import { afterEach, describe, expect, it } from "vitest";
import { code, date, dateTime, dayWithin, daysAgo, metres, number, place, today } from "../src/format";
import { lang } from "../src/i18n";

afterEach(() => void (lang.value = "zh"));

describe("dates", () => {
  it("are in the city's time zone, whatever the machine's", () => {
    expect(date("2026-11-21T17:00:00Z")).toBe("2026年11月22日");
    expect(dateTime("2026-11-21T17:05:00Z")).toBe("2026/11/22 01:05");
    expect(today(new Date("2026-11-21T15:59:59Z"))).toBe("2026-11-21");
    expect(today(new Date("2026-11-21T16:00:00Z"))).toBe("2026-11-22");
  });

  it("follow the language", () => {
    lang.value = "en";
    expect(date("2026-11-21T17:00:00Z")).toBe("22 Nov 2026");
    expect(dateTime("2026-11-21T17:05:00Z")).toBe("22/11/2026, 01:05");
  });

  it("leave a bare date alone and are empty for nonsense", () => {
    expect(date("2025-06-30")).toBe("2025年6月30日");
    expect(date("soon")).toBe("");
    expect(date(null)).toBe("");
  });

  it("count back whole days", () => {
    expect(daysAgo(7, new Date("2026-11-22T10:00:00+08:00"))).toBe("2026-11-15T00:00:00+08:00");
  });
});

describe("numbers", () => {
  it("are grouped, and unknown ones are a dash", () => {
    expect(number(330103)).toBe("330,103");
    expect(number(0)).toBe("0");
    expect(number(null)).toBe("–");
  });

  it("metres get a decimal only when it matters", () => {
    expect(metres(0.44)).toBe("0.4");
    expect(metres(27.4)).toBe("27");
  });
});

describe("places and codes", () => {
  it("longitude comes first", () => {
    expect(place(120.469, 36.1050004)).toBe("120.46900, 36.10500");
  });

  it("codes are grouped by what their parts mean", () => {
    expect(code("370212001003008")).toBe("370212 001 003 008");
    expect(code("370212001")).toBe("370212 001");
    expect(code("37021200100100100101")).toBe("37021200100100100101");
  });
});

describe("a day within a version", () => {
  const [from, to] = ["2024-01-01T00:00:00+08:00", "2025-07-01T00:00:00+08:00"];
  it("is the day wanted if it can be", () => {
    expect(dayWithin(from, to, "2024-05-05")).toBe("2024-05-05");
    expect(dayWithin(from, null, "2030-01-01")).toBe("2030-01-01");
    expect(dayWithin(from, to, "2024-01-01")).toBe("2024-01-01");
  });
  it("is the last one before the end, the end itself belonging to what follows", () => {
    expect(dayWithin(from, to, "2025-07-01")).toBe("2025-06-30");
    expect(dayWithin(from, to, "2026-11-22")).toBe("2025-06-30");
  });
  it("is the first whole one after the beginning", () => {
    expect(dayWithin(from, to, "2020-01-01")).toBe("2024-01-01");
    expect(dayWithin("2024-01-01T09:00:00+08:00", to, "2020-01-01")).toBe("2024-01-02");
  });
});
