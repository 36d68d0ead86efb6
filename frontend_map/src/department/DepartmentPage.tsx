export function DepartmentPage() {
  return null;
}
export function DepartmentRight() {
  return null;
}
