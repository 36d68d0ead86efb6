import { useEffect } from "preact/hooks";
import { cityMap } from "../state/map";

/** Keeps the desk's own layers on the map while it is open. */
export function DepartmentLayers() {
  const city = cityMap.value;
  useEffect(() => {
    if (!city) return;
    let gone = false;
    let end: (() => void) | undefined;
    void import("../map/department").then(({ attachDepartment }) => {
      if (!gone) end = attachDepartment(city);
    });
    return () => {
      gone = true;
      end?.();
    };
  }, [city]);
  return null;
}
