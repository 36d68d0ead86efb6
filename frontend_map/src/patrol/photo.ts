/** A photo of the camera made small enough to be sent over a phone's connection. */
import { fitted, withExif } from "./exif";

const LONGEST_EDGE = 1920;
const QUALITY = 0.85;
/** Smaller files are sent as they are. */
const SMALL_BYTES = 400_000;

/** The picture resized, with when and where of the original; the original where this browser cannot read it. */
export async function prepared(file: Blob): Promise<Blob> {
  if (file.size <= SMALL_BYTES) return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // A kind this browser does not know, for example HEIC: the server does.
    return file;
  }
  try {
    const { width, height } = fitted(bitmap.width, bitmap.height, LONGEST_EDGE);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    if (!context) return file;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (!small || small.size >= file.size) return file;
    const joined = withExif(new Uint8Array(await small.arrayBuffer()), new Uint8Array(await file.arrayBuffer()));
    return new Blob([joined as Uint8Array<ArrayBuffer>], { type: "image/jpeg" });
  } finally {
    bitmap.close();
  }
}
