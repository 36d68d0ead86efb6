import type { ComponentChildren } from "preact";

/** Name and value in rows; rows without a value are left out. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) {
  const kept = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (kept.length === 0) return null;
  return (
    <dl class="facts">
      {kept.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
