/** A step's name as the label of a button: a capital letter where the language has them. */
import type { Text } from "../api/types";
import { say } from "../i18n";

export function stepName(name: Text): string {
  const said = say(name);
  return said.slice(0, 1).toUpperCase() + said.slice(1);
}
