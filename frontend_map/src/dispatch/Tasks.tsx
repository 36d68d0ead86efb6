import { t } from "../i18n";

/** Urgent tasks from the top to every grid of an area. */
export function Tasks() {
  return (
    <div class="desk-body">
      <p class="empty">{t("tasks.absent")}</p>
    </div>
  );
}
