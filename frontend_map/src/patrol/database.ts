/** What this browser keeps of patrols: reports on their way, their pictures, the report being written. IndexedDB. */
import type { Entry } from "./outbox";

const NAME = "gridgov-patrol";
const VERSION = 1;

export interface Picture {
  id: string;
  /** The entry or draft it belongs to. */
  entry: string;
  blob: Blob;
}

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.addEventListener("upgradeneeded", () => {
      const db = request.result;
      db.createObjectStore("outbox", { keyPath: "id" });
      db.createObjectStore("pictures", { keyPath: "id" }).createIndex("entry", "entry");
      db.createObjectStore("notes");
    });
    request.addEventListener("success", () => {
      // Another tab wants a newer version: let it.
      request.result.addEventListener("versionchange", () => {
        request.result.close();
        opened = null;
      });
      resolve(request.result);
    });
    request.addEventListener("error", () => {
      opened = null;
      reject(request.error ?? new Error("no storage"));
    });
  });
  return opened;
}

type Store = "outbox" | "pictures" | "notes";

async function within<T>(store: Store, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    // Written is what is committed, not what was asked for.
    transaction.addEventListener("complete", () => resolve(request.result));
    transaction.addEventListener("error", () => reject(transaction.error ?? new Error("not stored")));
    transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("aborted")));
  });
}

export const allEntries = (): Promise<Entry[]> => within<Entry[]>("outbox", "readonly", (store) => store.getAll());
export const putEntry = (entry: Entry): Promise<unknown> => within("outbox", "readwrite", (store) => store.put(entry));
export const getEntry = (id: string): Promise<Entry | undefined> => within<Entry | undefined>("outbox", "readonly", (store) => store.get(id));
export const putPicture = (picture: Picture): Promise<unknown> => within("pictures", "readwrite", (store) => store.put(picture));
export const getPicture = (id: string): Promise<Picture | undefined> => within<Picture | undefined>("pictures", "readonly", (store) => store.get(id));
export const removePicture = (id: string): Promise<unknown> => within("pictures", "readwrite", (store) => store.delete(id));
export const picturesOf = (entry: string): Promise<Picture[]> => within<Picture[]>("pictures", "readonly", (store) => store.index("entry").getAll(entry));
export const note = <T>(key: string): Promise<T | undefined> => within<T | undefined>("notes", "readonly", (store) => store.get(key));
export const putNote = (key: string, value: unknown): Promise<unknown> => within("notes", "readwrite", (store) => store.put(value, key));

/** Removes an entry and its pictures. */
export async function removeEntry(id: string): Promise<void> {
  for (const picture of await picturesOf(id)) await removePicture(picture.id);
  await within("outbox", "readwrite", (store) => store.delete(id));
}
