/** Server-sent events as text, for where no stream can be held open. Pure. */

export interface Told {
  event: string;
  id: string;
  data: string;
}

/** The events of a whole answer; one that was cut off in the middle is left out. */
export function eventsOf(text: string): Told[] {
  const found: Told[] = [];
  let id = "";
  let event = "";
  let data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === "") {
      if (data.length > 0) found.push({ event: event || "message", id, data: data.join("\n") });
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) id = value;
  }
  return found;
}
