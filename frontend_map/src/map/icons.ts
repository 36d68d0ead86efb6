/** Symbols drawn on a canvas at start: no sprite file, sharp on every screen. */
import type { Map as MapLibre } from "maplibre-gl";
import type { StateGroup } from "../state/incidents";
import { CLUSTER_SIZES, SHARE_STEPS } from "./incidents";
import { CLUSTER, STATE } from "./palette";
import { BANG, SHAPES, SIGNS, URGENT } from "./shapes";

const RATIO = 2;

type Draw = (pen: CanvasRenderingContext2D) => void;

export function picture(width: number, height: number, draw: Draw): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width * RATIO;
  canvas.height = height * RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no 2d canvas");
  pen.scale(RATIO, RATIO);
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** A disc with a ring; the ring's orange part, from twelve o'clock, is the urgent share. */
export function cluster(diameter: number, share: number): ImageData {
  const middle = diameter / 2 + 1;
  const ring = Math.max(3, diameter * 0.1);
  return picture(diameter + 2, diameter + 2, (pen) => {
    const disc = (radius: number, colour: string): void => {
      pen.beginPath();
      pen.arc(middle, middle, radius, 0, 2 * Math.PI);
      pen.fillStyle = colour;
      pen.fill();
    };
    disc(diameter / 2, CLUSTER.ring);
    disc(diameter / 2 - 1, CLUSTER.rest);
    if (share > 0) {
      pen.beginPath();
      pen.moveTo(middle, middle);
      pen.arc(middle, middle, diameter / 2 - 1, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
      pen.closePath();
      pen.fillStyle = CLUSTER.urgent;
      pen.fill();
    }
    disc(diameter / 2 - 1 - ring, CLUSTER.ring);
    disc(diameter / 2 - 2 - ring, CLUSTER.fill);
  });
}

export function drawIncident(pen: CanvasRenderingContext2D, group: StateGroup, urgent: boolean): void {
  const hollow = group === "closed" || group === "void";
  const colour = urgent && !hollow ? STATE.urgent : STATE[group];
  const shape = new Path2D(urgent ? URGENT : SHAPES[group]);
  pen.lineJoin = "round";
  pen.lineCap = "round";
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 4;
  pen.stroke(shape);
  pen.fillStyle = hollow ? "#ffffff" : colour;
  pen.fill(shape);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.stroke(shape);
  pen.fillStyle = pen.strokeStyle = hollow ? colour : "#ffffff";
  if (urgent) {
    pen.lineWidth = 2;
    pen.stroke(new Path2D(BANG));
    pen.beginPath();
    pen.arc(0, 5, 1.2, 0, 2 * Math.PI);
    pen.fill();
    // The state's own shape rides along small, so that urgency does not hide it.
    pen.save();
    pen.translate(8, -6);
    pen.scale(0.55, 0.55);
    const small = new Path2D(SHAPES[group]);
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 4;
    pen.stroke(small);
    pen.fillStyle = hollow ? "#ffffff" : STATE[group];
    pen.fill(small);
    pen.strokeStyle = STATE[group];
    pen.lineWidth = 2;
    pen.stroke(small);
    pen.restore();
    return;
  }
  const sign = SIGNS[group];
  pen.lineWidth = 1.8;
  if (sign.filled) pen.fill(new Path2D(sign.path));
  else pen.stroke(new Path2D(sign.path));
}

export const INCIDENT_BOX = 28;

export function incident(group: StateGroup, urgent: boolean): ImageData {
  return picture(INCIDENT_BOX, INCIDENT_BOX, (pen) => {
    pen.translate(INCIDENT_BOX / 2, INCIDENT_BOX / 2);
    drawIncident(pen, group, urgent);
  });
}

/** A pin whose tip is at the bottom centre. */
function pin(colour: string): ImageData {
  return picture(30, 40, (pen) => {
    pen.translate(15, 15);
    const drop = new Path2D("M0 22C-3 14-11 8-11 0A11 11 0 1 1 11 0C11 8 3 14 0 22z");
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 4;
    pen.stroke(drop);
    pen.fillStyle = colour;
    pen.fill(drop);
    pen.beginPath();
    pen.arc(0, 0, 4.2, 0, 2 * Math.PI);
    pen.fillStyle = "#ffffff";
    pen.fill();
  });
}

export function addIcons(map: MapLibre): void {
  const add = (name: string, image: ImageData): void => {
    if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: RATIO });
  };
  CLUSTER_SIZES.forEach(({ diameter }, index) => {
    for (let step = 0; step <= SHARE_STEPS; step++) add(`cluster-${index}-${step}`, cluster(diameter, step / SHARE_STEPS));
  });
  for (const group of Object.keys(SHAPES) as StateGroup[]) {
    add(`incident-${group}`, incident(group, false));
    add(`incident-${group}-urgent`, incident(group, true));
  }
  add("pin-point", pin("#8a5a00"));
  add("pin-draft", pin("#b3371a"));
}
