/** Moving between the parts of the department's desk. */
import { departmentView, deskView } from "../state/store";
import { inBox, type Box } from "./boxes";
import { PARTS, type DepartmentView, type Part } from "./address";

export const setView = (part: Partial<DepartmentView>): void => void (departmentView.value = { ...departmentView.value, ...part });
export const toPart = (part: Part): void => setView({ part });

export function turnPart(by: 1 | -1): void {
  const at = PARTS.indexOf(departmentView.peek().part);
  toPart(PARTS[(at + by + PARTS.length) % PARTS.length]!);
}

export function toBox(box: Box): void {
  deskView.value = { ...deskView.value, filter: inBox(deskView.value.filter, box), order: box === "handled" ? "newest" : deskView.value.order };
}
