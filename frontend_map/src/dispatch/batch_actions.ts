/** Steps that make sense for many incidents at once, with the fields they ask for. Pure. */

const BATCH: Readonly<Record<string, { needs: readonly string[]; takes?: readonly string[] }>> = {
  accept: { needs: [] },
  verify: { needs: [] },
  file: { needs: [] },
  dispatch: { needs: [], takes: ["lead", "supporting"] },
  supervise: { needs: ["reason"] },
  suspend: { needs: ["reason"] },
  resume: { needs: [] },
  close: { needs: [] },
  archive: { needs: [] },
  reject: { needs: ["reason"] },
  merge: { needs: ["into"] },
  note: { needs: ["note"] },
};

export const BATCH_ACTIONS: readonly string[] = Object.keys(BATCH);

export function batchFields(action: string): { needs: string[]; takes: string[] } {
  const found = BATCH[action];
  return { needs: [...(found?.needs ?? [])], takes: [...(found?.takes ?? [])] };
}
