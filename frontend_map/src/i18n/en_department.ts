/** English texts of the department's desk. */
import type { zhDepartment } from "./zh_department";

export const enDepartment: Record<keyof typeof zhDepartment, string> = {
  "department.title": "Department desk",
};
