import type { Incident } from "../api/types";
import { t } from "../i18n";
import { Override } from "../panels/Override";
import { RoutingView } from "../panels/RoutingView";
import { happened } from "./live";

/** Why it is where it is, what came second, and a person's word against it. */
export function Why({ incident, onChanged }: { incident: Incident; onChanged: (incident: Incident) => void }) {
  const changed = (next: Incident): void => {
    onChanged(next);
    happened(next.number);
  };
  return (
    <section class="routing" aria-label={t("incident.routing")}>
      <RoutingView routing={incident.routing} overridden={incident.override !== null} after={<Override key={incident.number} incident={incident} onChanged={changed} />} />
    </section>
  );
}
