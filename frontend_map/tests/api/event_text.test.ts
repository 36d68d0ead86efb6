import { expect, it } from "vitest";
import { eventsOf } from "../../src/api/event_text";

it("reads events as the standard writes them", () => {
  const text = ': hello\n\nretry: 1000\n\nid: 7\nevent: change\ndata: {"a":\ndata: 1}\n\nid:8\ndata:x\r\n\r\nid: 9\n\nevent: beat\ndata\n\ndata: cut off';
  expect(eventsOf(text)).toEqual([
    { event: "change", id: "7", data: '{"a":\n1}' },
    { event: "message", id: "8", data: "x" },
    { event: "beat", id: "9", data: "" },
  ]);
});
