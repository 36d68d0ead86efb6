import { describe, expect, it } from "vitest";
import { exifSegment, fitted, upright, withExif } from "../../src/patrol/exif";

/** A JPEG of segments only: enough for what looks at segments only. */
const jpeg = (...segments: number[][]): Uint8Array => new Uint8Array([0xff, 0xd8, ...segments.flat(), 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
const segment = (marker: number, content: number[]): number[] => [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content];
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
/** One directory with an orientation, in either byte order. */
const tiff = (orientation: number, little: boolean): number[] =>
  little
    ? [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
    : [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
const JFIF = segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);

describe("the camera's notes", () => {
  it.each([true, false])("go into the smaller copy, which stands upright (little endian: %s)", (little) => {
    const original = jpeg(JFIF, segment(0xe1, [...EXIF, ...tiff(6, little)]));
    const small = jpeg(JFIF);
    const joined = withExif(small, original);
    const found = exifSegment(joined);
    expect(found).toEqual(new Uint8Array(segment(0xe1, [...EXIF, ...tiff(1, little)])));
    expect(joined.slice(0, 2)).toEqual(new Uint8Array([0xff, 0xd8]));
    expect(joined.length).toBe(small.length + found!.length);
    expect(joined.slice(-5)).toEqual(small.slice(-5));
  });

  it("are not there: the copy stays as it is", () => {
    const small = jpeg(JFIF);
    expect(withExif(small, jpeg(JFIF))).toBe(small);
    expect(withExif(small, new Uint8Array([1, 2, 3, 4, 5, 6]))).toBe(small);
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 1]);
    expect(withExif(png, jpeg(segment(0xe1, [...EXIF, ...tiff(1, true)])))).toBe(png);
  });

  it("that are broken do no harm", () => {
    expect(exifSegment(new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 1]))).toBeNull();
    expect(exifSegment(new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 0, 0, 1, 1, 1]))).toBeNull();
    const short = new Uint8Array(segment(0xe1, [...EXIF, 0x49, 0x49]));
    expect(upright(short)).toEqual(short);
    const wild = new Uint8Array(segment(0xe1, [...EXIF, 0x49, 0x49, 0x2a, 0, 0xff, 0xff, 0xff, 0x7f]));
    expect(upright(wild)).toEqual(wild);
  });
});

describe("a picture", () => {
  it("is made smaller, never larger, and keeps its shape", () => {
    expect(fitted(4000, 3000, 1920)).toEqual({ width: 1920, height: 1440 });
    expect(fitted(800, 600, 1920)).toEqual({ width: 800, height: 600 });
    expect(fitted(10_000, 1, 1920)).toEqual({ width: 1920, height: 1 });
  });
});
