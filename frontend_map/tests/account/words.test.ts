import { afterEach, describe, expect, it } from "vitest";
import { agentText, oidcStart, signOnError, waitText } from "../../src/account/words";
import type { HeldRole, Me } from "../../src/api/session";
import { lang } from "../../src/i18n";
import { accountActor } from "../../src/state/actor";
import { may, me, scopeText } from "../../src/state/session";
import { mayOpen, openDesks } from "../../src/state/desks";

const nobody: Me = {
  signed_in: false,
  open: false,
  demo: false,
  name: null,
  display: null,
  roles: [],
  permissions: [],
  organisation: null,
  on_behalf: false,
  csrf: null,
  ways: { password: true, oidc: null, demo: [] },
};
const brigade = { code: "LS-XF", name: { zh: "崂山区消防救援大队", en: "Laoshan Fire Brigade" } };
const held: HeldRole = { role: "officer", scope: { everything: false, regions: [], organisations: [brigade], zones: [] } };

afterEach(() => {
  lang.value = "zh";
  me.value = null;
});

describe("signing in by single sign-on", () => {
  const base = "https://grid.example/city/";

  it("comes back to where the reader was", () => {
    expect(oidcStart(base, "/api/session/oidc/start", "https://grid.example/city/dispatch?clock=overdue&map=14/36/120")).toBe(
      "https://grid.example/city/api/session/oidc/start?next=%2Fcity%2Fdispatch%3Fclock%3Doverdue%26map%3D14%2F36%2F120",
    );
  });

  it("does not come back to what went wrong before", () => {
    const next = (query: string): string | null => new URL(oidcStart(base, "/api/session/oidc/start", `https://grid.example/city/dispatch${query}`)).searchParams.get("next");
    expect(next("?error=expired")).toBe("/city/dispatch");
    expect(next("?error=expired&map=14/36/120")).toBe("/city/dispatch?map=14/36/120");
    expect(next("?clock=overdue&error=failed")).toBe("/city/dispatch?clock=overdue");
    expect(next("?clock=overdue&error=failed&a=1")).toBe("/city/dispatch?clock=overdue&a=1");
  });

  it("comes back to nowhere else", () => {
    expect(new URL(oidcStart(base, "api/session/oidc/start", "https://evil.example/x")).searchParams.get("next")).toBe("/city/");
    expect(new URL(oidcStart(base, "api/session/oidc/start", "https://grid.example/other")).searchParams.get("next")).toBe("/city/");
  });
});

describe("texts of an account", () => {
  it("say how long to wait", () => {
    expect(waitText(30)).toBe("30 秒");
    expect(waitText(601)).toBe("11 分钟");
  });

  it("name browser and system", () => {
    expect(agentText("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0 Safari/537.36")).toBe("Chrome · Linux");
    expect(agentText("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1")).toBe("Safari · iOS");
    expect(agentText(null)).toBe("未知浏览器");
    expect(agentText("curl/8")).toBe("curl/8");
  });

  it("name a scope", () => {
    expect(scopeText(held.scope)).toBe("崂山区消防救援大队");
    expect(scopeText({ everything: true, regions: [], organisations: [], zones: [] })).toBe("全部范围");
    lang.value = "en";
    const three = { ...held.scope, organisations: [brigade, brigade, brigade, brigade] };
    expect(scopeText(three)).toBe("Laoshan Fire Brigade, Laoshan Fire Brigade and 2 more");
  });
});

describe("what the account says", () => {
  it("stands in each step: name, role and organisation", () => {
    expect(accountActor({ ...nobody, signed_in: true, name: "fire" }, held)).toEqual({ by: "fire", role: "officer", organisation: "LS-XF" });
    expect(accountActor({ ...nobody, signed_in: true, name: "worker" }, { ...held, role: "grid_worker", scope: { ...held.scope, organisations: [] } })).toEqual({ by: "worker", role: "grid_worker", organisation: null });
  });

  it("opens the desks that its permissions open, and no other", () => {
    me.value = { ...nobody, signed_in: true, permissions: ["incidents_read", "dispatch_read", "statistics_read"] };
    expect(may("incidents_read")).toBe(true);
    expect(may("plans_read")).toBe(false);
    expect(openDesks().map((one) => one.page)).toEqual(expect.arrayContaining(["dispatch", "department"]));
    expect(mayOpen("planner")).toBe(false);
    expect(mayOpen("accounts")).toBe(false);
    expect(mayOpen("map")).toBe(true);
  });

  it.each([["incidents_read"], ["statistics_read"]])("opens a department's desk only to who reads both its incidents and its figures, not with %s alone", (one) => {
    me.value = { ...nobody, signed_in: true, permissions: [one] };
    expect(mayOpen("department")).toBe(false);
  });

  it("is nothing before the server has answered, and everything but accounts on an open server", () => {
    expect(mayOpen("dispatch")).toBe(false);
    me.value = { ...nobody, open: true };
    expect(mayOpen("planner")).toBe(true);
    expect(mayOpen("accounts")).toBe(false);
  });
});

describe("why single sign-on did not succeed", () => {
  it("is said in both languages for each code of the server", () => {
    for (const language of ["zh", "en"] as const) {
      lang.value = language;
      const said = ["refused", "expired", "unknown_account", "not_configured", "failed"].map(signOnError);
      expect(new Set([...said, signOnError("general")]).size).toBe(6);
    }
  });

  it("is said by its code, and in general where the code is unknown or strange", () => {
    expect(signOnError("refused")).toContain("认证平台拒绝");
    for (const code of ["", "something_new", "__proto__", "<b>"]) expect(signOnError(code)).toBe("单点登录未成功。请重试；仍不成功请联系管理员。");
  });
});
