import { describe, expect, it } from "vitest";
import { adopted, afterFailure, atOnce, due, forgotten, leaveToDepartment, missing, newId, nextLook, reportBody, send, sendableBy, waitFor, type Entry, type Failure, type Ports } from "../../src/patrol/outbox";

const entry = (part: Partial<Entry> = {}): Entry => ({
  id: "ref-1",
  path: "escalate",
  at: "2026-11-27T01:00:00.000Z",
  category: "GB/T 47678.5-2026:matter:06010",
  categoryName: { zh: "暴露垃圾", en: "Litter" },
  text: " 垃圾满溢 ",
  address: "",
  urgency: "normal",
  place: { lon: 120.4691, lat: 36.1075, crs: "wgs84", accuracy_m: 8 },
  result: "",
  actor: { by: "王网格", role: "grid_worker", organisation: null },
  photos: [{ id: "p1", role: "scene", attachment: null }],
  state: "waiting",
  attempts: 0,
  notBefore: 0,
  problem: null,
  clockless: false,
  number: null,
  handled: false,
  ...part,
});

const self = (part: Partial<Entry> = {}): Entry =>
  entry({
    path: "self",
    result: "已清理",
    photos: [
      { id: "b", role: "before", attachment: null },
      { id: "a", role: "after", attachment: null },
    ],
    ...part,
  });

const failure = (part: Partial<Failure>): Failure => ({ status: 400, code: "bad-parameter", message: "no", errors: [], ...part });

/** A server that stores by reference, and a device whose connection can be cut at any moment. */
class World implements Ports {
  readonly incidents = new Map<string, string>();
  readonly steps: string[] = [];
  readonly calls: string[] = [];
  readonly kept: Entry[] = [];
  uploads = 0;
  /** Which calls lose their answer after the server has done its part. */
  lost = new Set<string>();
  /** Which calls fail before they reach the server. */
  refused = new Map<string, Failure>();

  async picture(id: string): Promise<Blob | null> {
    return id === "gone" ? null : new Blob([id]);
  }

  private call<T>(name: string, act: () => T): T {
    this.calls.push(name);
    const no = this.refused.get(name);
    if (no) throw no;
    const answer = act();
    if (this.lost.delete(name)) throw failure({ status: 0, code: "unreachable" });
    return answer;
  }

  async upload(): Promise<string> {
    return this.call("upload", () => `attachment-${++this.uploads}`);
  }

  async report(body: { source_ref: string }): Promise<string> {
    return this.call("report", () => {
      if (!this.incidents.has(body.source_ref)) this.incidents.set(body.source_ref, `N${this.incidents.size + 1}`);
      return this.incidents.get(body.source_ref)!;
    });
  }

  async handled(number: string): Promise<void> {
    this.call("handled", () => {
      if (!this.steps.includes(number)) this.steps.push(number);
    });
  }

  async keep(kept: Entry): Promise<void> {
    this.kept.push(structuredClone(kept));
  }

  now(): number {
    return 1_000_000;
  }
}

describe("sending", () => {
  it("sends photos, then the report that names them", async () => {
    const world = new World();
    const sent = await send(entry(), world);
    expect(world.calls).toEqual(["upload", "report"]);
    expect(sent).toMatchObject({ state: "sent", number: "N1", photos: [{ attachment: "attachment-1" }] });
    expect(world.kept.at(-1)).toEqual(sent);
  });

  it("names the photo before in the report and takes the step with the one after", async () => {
    const world = new World();
    const sent = await send(self(), world);
    expect(world.calls).toEqual(["upload", "upload", "report", "handled"]);
    expect(reportBody(sent).attachments).toEqual(["attachment-1"]);
    expect(reportBody(sent).appeal_kind).toBe("livelihood");
    expect(sent).toMatchObject({ state: "sent", handled: true });
  });

  it.each(["upload", "report", "handled"])("arrives once when the answer to %s is lost", async (call) => {
    const world = new World();
    world.lost.add(call);
    const first = await send(self(), world);
    expect(first.state).toBe("waiting");
    const second = await send(first, world);
    expect(second.state).toBe("sent");
    expect(world.incidents.size).toBe(1);
    expect(world.steps).toEqual(["N1"]);
  });

  it("goes on from what was kept wherever the page died", async () => {
    const whole = new World();
    await send(self(), whole);
    for (const kept of whole.kept) {
      const world = new World();
      world.incidents.set("ref-1", "N1");
      expect((await send(kept, world)).state).toBe("sent");
      expect(world.incidents.size).toBe(1);
      expect(world.uploads).toBeLessThanOrEqual(kept.photos.filter((photo) => photo.attachment === null).length);
    }
  });

  it("does without a picture that is no longer there", async () => {
    const world = new World();
    const sent = await send(entry({ photos: [{ id: "gone", role: "scene", attachment: null }] }), world);
    expect(sent.state).toBe("sent");
    expect(world.calls).toEqual(["report"]);
  });

  it("sends the same body each time", async () => {
    const world = new World();
    world.lost.add("report");
    const first = await send(entry(), world);
    expect(reportBody({ ...first, attempts: 7 })).toEqual(reportBody(first));
    expect(reportBody(first)).toMatchObject({ source_ref: "ref-1", text: "垃圾满溢", reported_at: entry().at, accuracy_m: 8 });
  });
});

describe("a failure", () => {
  it.each([0, 408, 429, 500, 503])("with status %i waits, longer each time", (status) => {
    const first = afterFailure(entry({ attempts: 1 }), failure({ status, code: "x" }), 1000);
    expect(first).toMatchObject({ state: "waiting", notBefore: 1000 + waitFor(1) });
    expect(waitFor(2)).toBe(2 * waitFor(1));
    expect(waitFor(30)).toBe(300_000);
  });

  it("that is the content's needs its writer", () => {
    const refused = afterFailure(entry(), failure({ status: 409, code: "conflicting-report", message: "other content" }), 0);
    expect(refused).toMatchObject({ state: "refused", problem: "other content" });
  });

  it("of the clock is repaired: the server's moment counts", () => {
    const repaired = afterFailure(entry(), failure({ errors: [{ field: "reported_at" }] }), 5);
    expect(repaired).toMatchObject({ state: "waiting", clockless: true, notBefore: 0 });
    expect(reportBody(repaired)).not.toHaveProperty("reported_at");
    expect(afterFailure(repaired, failure({ errors: [{ field: "reported_at" }] }), 5).state).toBe("refused");
  });

  it("of photos that were removed meanwhile sends them anew, not for ever", () => {
    const uploaded = entry({ attempts: 1, photos: [{ id: "p1", role: "scene", attachment: "old" }] });
    const gone = failure({ status: 409, code: "attachment-not-free" });
    expect(afterFailure(uploaded, gone, 0)).toMatchObject({ state: "waiting", photos: [{ attachment: null }] });
    expect(afterFailure({ ...uploaded, attempts: 3 }, gone, 0).state).toBe("refused");
  });

  it("of the step leaves the report where it is; a department can have it", () => {
    const refused = afterFailure(self({ number: "N1" }), failure({ status: 409, code: "case-step" }), 0);
    expect(refused).toMatchObject({ state: "refused", number: "N1" });
    expect(leaveToDepartment(refused)).toMatchObject({ path: "escalate", state: "waiting" });
    expect(afterFailure(self({ number: "N1" }), failure({ status: 409, code: "case-changed" }), 0).state).toBe("waiting");
  });

  it("that is no answer at all waits", async () => {
    const world = new World();
    world.report = () => Promise.reject(new TypeError("network"));
    expect((await send(entry(), world)).state).toBe("waiting");
  });
});

describe("the outbox", () => {
  it("takes what is due, the oldest first, and what a dead page was sending", () => {
    const entries = [
      entry({ id: "new", at: "2026-11-27T03:00:00Z" }),
      entry({ id: "late", notBefore: 9000 }),
      entry({ id: "dead", state: "sending", at: "2026-11-27T02:00:00Z" }),
      entry({ id: "held", state: "held" }),
      entry({ id: "done", state: "sent" }),
      entry({ id: "no", state: "refused" }),
    ];
    expect(due(entries, 5000).map((one) => one.id)).toEqual(["dead", "new"]);
    expect(nextLook(entries, 5000)).toBe(500);
    expect(nextLook([entry({ notBefore: 9000 })], 5000)).toBe(4000);
    expect(nextLook([entry({ state: "sent" })], 5000)).toBeNull();
  });

  it("tries again at once when asked, but never what is sent or being edited", () => {
    expect(atOnce(entry({ state: "refused", problem: "x" }))).toMatchObject({ state: "waiting", notBefore: 0, problem: null });
    expect(atOnce(entry({ state: "sent" })).state).toBe("sent");
    expect(atOnce(entry({ state: "held" })).state).toBe("held");
  });

  it("forgets the oldest of what is sent, nothing else", () => {
    const sent = [1, 2, 3].map((day) => entry({ id: `s${day}`, state: "sent", at: `2026-11-0${day}T00:00:00Z` }));
    expect(forgotten([...sent, entry()], 2).map((one) => one.id)).toEqual(["s1"]);
  });

  it("says what is missing", () => {
    expect(missing(entry())).toEqual([]);
    expect(missing(entry({ path: "self", category: "", actor: { by: " ", role: "grid_worker", organisation: null } }))).toEqual([
      "need_category",
      "need_before",
      "need_after",
      "need_result",
      "need_name",
    ]);
    expect(missing(self())).toEqual([]);
  });

  it("makes ids nobody else makes", () => {
    const ids = new Set(Array.from({ length: 1000 }, newId));
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("a session that ended while there was no connection", () => {
  const ended = failure({ status: 401, code: "sign-in-needed", message: "请登录" });

  it("keeps the report waiting, and counts no attempt: it goes out once somebody has signed in", () => {
    const after = afterFailure(entry({ state: "sending", attempts: 1 }), ended, 1_000);
    expect(after).toMatchObject({ state: "waiting", notBefore: 0, attempts: 0 });
    expect(due([after], 1_000)).toEqual([after]);
  });

  it("does not make it another person's report", () => {
    const written = entry({ actor: { by: "wang.lei", role: "grid_worker", organisation: null } });
    expect(sendableBy(written, "wang.lei")).toBe(true);
    expect(sendableBy(written, "zhao.min")).toBe(false);
    expect(sendableBy(written, null)).toBe(true);
    expect(sendableBy(entry({ actor: { by: "", role: "grid_worker", organisation: null } }), "zhao.min")).toBe(true);
  });

  it("lets another person take it as theirs, in so many words", () => {
    const zhao = { by: "zhao.min", role: "grid_worker" as const, organisation: null };
    const taken = adopted(entry({ state: "refused", problem: "no" }), zhao);
    expect(taken).toMatchObject({ actor: zhao, state: "waiting", problem: null });
    expect(sendableBy(taken, "zhao.min")).toBe(true);
  });
});
