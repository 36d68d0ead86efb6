import { afterEach, describe, expect, it } from "vitest";
import { reportQuery } from "../../src/api/exchange";
import { ALL_EVENTS, EVENT_GROUPS, eventText, eventsText, lastWeek, queryText } from "../../src/exchange/words";
import { lang } from "../../src/i18n";
import { organisations } from "../../src/state/rules_desk";

afterEach(() => {
  lang.value = "zh";
  organisations.value = [];
});

describe("what a webhook is told of", () => {
  const all = Object.values(EVENT_GROUPS).flat();

  it("is offered once each, and has words in both languages", () => {
    expect(new Set(all).size).toBe(all.length);
    for (const one of all) {
      lang.value = "zh";
      expect(eventText(one)).toMatch(/\p{Script=Han}|110/u);
      lang.value = "en";
      expect(eventText(one)).not.toBe(one);
    }
  });

  it("is told in a few words, however much it is", () => {
    expect(eventsText([ALL_EVENTS])).toBe("全部变化");
    expect(eventsText(["incident.dispatch", "incident.close"])).toBe("派遣、结案");
    lang.value = "en";
    expect(eventsText(all)).toBe(`Reported, Located, Location taken back, ${eventText("incident.override")} and ${all.length - 4} more`);
  });
});

describe("the week a report is about", () => {
  it("is Monday to Monday by the city's calendar, also where it is Sunday elsewhere", () => {
    const week = { from: "2026-11-16T00:00:00+08:00", to: "2026-11-23T00:00:00+08:00" };
    expect(lastWeek(new Date("2026-11-22T16:30:00Z"))).toEqual(week);
    expect(lastWeek(new Date("2026-11-29T15:59:00Z"))).toEqual(week);
    expect(lastWeek(new Date("2026-11-29T16:00:00Z")).from).toBe("2026-11-23T00:00:00+08:00");
  });

  it("stands instead of any time in the filter", () => {
    const query = new URLSearchParams(reportQuery("zone=subdistrict%3A1&from=2020-01-01&state=open&state=closed", { from: "a", to: "b" }, "en"));
    expect([query.getAll("from"), query.getAll("to"), query.get("language")]).toEqual([["a"], ["b"], "en"]);
    expect([query.get("zone"), query.getAll("state")]).toEqual(["subdistrict:1", ["open", "closed"]]);
  });
});

describe("the filter of a subscription in words", () => {
  it("names organisations and states, and shows what it has no word for", () => {
    organisations.value = [{ code: "LS-XF", name: { zh: "消防救援大队", en: "Fire brigade" }, kind: "department", parent: null, region: null }];
    expect(queryText("organisation=LS-XF&state=open&clock=overdue&q=x&from=2026-01-01")).toBe("消防救援大队、未办结、超时、q=x");
    expect(queryText("")).toBe("账号能看到的全部事件");
  });
});
