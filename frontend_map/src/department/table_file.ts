/** Tables as they stand on the page, as one file. Pure but for `readTables`, which reads the page. */
import { csvField } from "./answer_file";

export interface ShownTable {
  title: string;
  rows: readonly (readonly string[])[];
}

/** Lines that begin with `#` say what the file holds; each table has its title above it. */
export function tablesCsv(tables: readonly ShownTable[], about: readonly string[]): string {
  const line = (cells: readonly string[]): string => cells.map(csvField).join(",");
  const parts = tables.map(({ title, rows }) => [line([title]), ...rows.map(line)].join("\r\n"));
  return `\uFEFF${about.map((one) => `# ${one.replaceAll(/[\r\n]+/g, " ")}\r\n`).join("")}${parts.join("\r\n\r\n")}\r\n`;
}

/** Every table of a part, those below plots too; what is only for the eye or only a control is left out. */
export function readTables(root: ParentNode): ShownTable[] {
  return [...root.querySelectorAll("table")].map((table) => ({
    title: table.getAttribute("aria-label") ?? table.caption?.textContent?.trim() ?? "",
    rows: [...table.rows].map((row) => [...row.cells].flatMap((cell) => [cellText(cell), ...Array.from({ length: cell.colSpan - 1 }, () => "")])),
  }));
}

function cellText(cell: HTMLElement): string {
  const copy = cell.cloneNode(true) as HTMLElement;
  for (const each of copy.querySelectorAll("[aria-hidden='true'], svg")) each.remove();
  return (copy.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}
