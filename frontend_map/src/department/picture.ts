/** The map as it is seen, as a picture that says what it shows: for whom, which filter, when, which edition. */
import type { Map as MapLibre } from "maplibre-gl";

export interface Caption {
  title: string;
  /** Filters and other lines below the title. */
  lines: readonly string[];
  /** What colours mean, below the lines. */
  legend?: readonly { colour: string; text: string }[];
  /** Sources, as their licences ask. */
  foot: string;
}

const FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** Breaks a text into lines that fit. Chinese breaks anywhere, other words at blanks. Pure but for `measure`. */
export function wrapped(text: string, wide: number, measure: (part: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of text.match(/[\p{Script=Han}，、；。：]|[^\s\p{Script=Han}，、；。：]+\s*|\s+/gu) ?? []) {
    if (line !== "" && measure(line + part.trimEnd()) > wide) {
      lines.push(line.trimEnd());
      line = part.trimStart();
    } else line += part;
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines;
}

/** A PNG of the map with its caption above and its sources below. */
export async function picture(map: MapLibre, caption: Caption): Promise<Blob> {
  const shot = await frame(map);
  const ratio = shot.width / map.getContainer().clientWidth;
  const sheet = document.createElement("canvas");
  const pen = sheet.getContext("2d")!;
  const px = (size: number): number => Math.round(size * ratio);
  const margin = px(14);
  const fontOf = (size: number, weight = 400): string => `${weight} ${px(size)}px ${FONT}`;
  const inner = shot.width - 2 * margin;
  const measured = (font: string, text: string): string[] => {
    pen.font = font;
    return wrapped(text, inner, (part) => pen.measureText(part).width);
  };
  const rows = [
    ...measured(fontOf(17, 700), caption.title).map((text) => ({ text, font: fontOf(17, 700), high: px(25), ink: "#1f2b31" })),
    ...caption.lines.flatMap((line) => measured(fontOf(12.5), line)).map((text) => ({ text, font: fontOf(12.5), high: px(19), ink: "#34454d" })),
  ];
  const feet = measured(fontOf(10.5), caption.foot).map((text) => ({ text, font: fontOf(10.5), high: px(15), ink: "#51616a" }));
  const sum = (all: readonly { high: number }[]): number => all.reduce((high, one) => high + one.high, 0);
  const key = laidOut(caption.legend ?? [], inner, px(12), px(26), (text) => ((pen.font = fontOf(12.5)), pen.measureText(text).width));
  const keyHigh = px(20);
  const head = sum(rows) + key.length * keyHigh + 2 * px(8);
  const foot = sum(feet) + 2 * px(6);
  sheet.width = shot.width;
  sheet.height = shot.height + head + foot;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(shot, 0, head);
  pen.textBaseline = "middle";
  let y = px(8);
  const write = (row: (typeof rows)[number]): void => {
    pen.font = row.font;
    pen.fillStyle = row.ink;
    pen.fillText(row.text, margin, y + row.high / 2);
    y += row.high;
  };
  rows.forEach(write);
  for (const line of key) {
    let x = margin;
    for (const one of line) {
      pen.fillStyle = one.colour;
      pen.fillRect(x, y + keyHigh / 2 - px(6), px(18), px(12));
      pen.font = fontOf(12.5);
      pen.fillStyle = "#34454d";
      pen.fillText(one.text, x + px(26), y + keyHigh / 2);
      x += px(26) + one.wide + px(12);
    }
    y += keyHigh;
  }
  y = head + shot.height + px(6);
  feet.forEach(write);
  return new Promise((resolve, reject) => sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

/** Entries of a legend in lines that fit. Pure but for `measure`. */
export function laidOut<T extends { text: string }>(entries: readonly T[], wide: number, gap: number, swatch: number, measure: (text: string) => number): (T & { wide: number })[][] {
  const lines: (T & { wide: number })[][] = [];
  let x = Infinity;
  for (const one of entries) {
    const size = measure(one.text);
    if (x + swatch + size > wide) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)!.push({ ...one, wide: size });
    x += swatch + size + gap;
  }
  return lines;
}

/** What the map draws next: read in its own frame, since nothing is kept of it afterwards. */
function frame(map: MapLibre): Promise<HTMLCanvasElement> {
  return new Promise((resolve) => {
    map.once("render", () => {
      const drawn = map.getCanvas();
      const copy = document.createElement("canvas");
      copy.width = drawn.width;
      copy.height = drawn.height;
      copy.getContext("2d")!.drawImage(drawn, 0, 0);
      resolve(copy);
    });
    map.triggerRepaint();
  });
}
