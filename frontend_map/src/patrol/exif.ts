/** Takes what the camera wrote from a photo into a smaller copy of it: a canvas forgets when and where. Pure.
 *
 * The server reads position and time from it and keeps the picture without.
 */
const SOI = 0xffd8;
const APP1 = 0xffe1;
const SOS = 0xffda;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ORIENTATION = 0x0112;

const isJpeg = (data: Uint8Array): boolean => data.length > 4 && ((data[0]! << 8) | data[1]!) === SOI;

/** The Exif segment of a JPEG, marker and length included; null when there is none. */
export function exifSegment(data: Uint8Array): Uint8Array | null {
  if (!isJpeg(data)) return null;
  let at = 2;
  while (at + 4 <= data.length) {
    const marker = (data[at]! << 8) | data[at + 1]!;
    if (marker < 0xff01 || marker === SOS) return null;
    const length = (data[at + 2]! << 8) | data[at + 3]!;
    const end = at + 2 + length;
    if (length < 2 || end > data.length) return null;
    if (marker === APP1 && EXIF.every((byte, index) => data[at + 4 + index] === byte)) return data.slice(at, end);
    at = end;
  }
  return null;
}

/** The same segment, saying that the picture stands upright: the canvas has turned it. */
export function upright(segment: Uint8Array): Uint8Array {
  const turned = segment.slice();
  const view = new DataView(turned.buffer, turned.byteOffset, turned.byteLength);
  const tiff = 10;
  if (turned.length < tiff + 8) return turned;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > turned.length) return turned;
  const entries = view.getUint16(directory, little);
  for (let index = 0; index < entries; index++) {
    const at = directory + 2 + index * 12;
    if (at + 12 > turned.length) break;
    if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
  }
  return turned;
}

/** A JPEG with the Exif segment of another one. */
export function withExif(picture: Uint8Array, original: Uint8Array): Uint8Array {
  const segment = exifSegment(original);
  if (!segment || !isJpeg(picture)) return picture;
  const turned = upright(segment);
  const joined = new Uint8Array(picture.length + turned.length);
  joined.set(picture.subarray(0, 2));
  joined.set(turned, 2);
  joined.set(picture.subarray(2), 2 + turned.length);
  return joined;
}

/** Size of a picture so that its longer side is at most `edge`; never made larger. */
export function fitted(width: number, height: number, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
