/** Chinese texts of the department's desk. */
export const zhDepartment = {
  "department.title": "部门工作台",
} as const;
