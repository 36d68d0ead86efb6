import { get } from "./client";
import type { Category, City, Layer } from "./types";

export const loadCity = (): Promise<City> => get<City>("api/city");

export const loadLayers = async (): Promise<Layer[]> =>
  (await get<{ items: Layer[] }>("api/layers")).items.toSorted((a, b) => a.precedence - b.precedence);

export const loadCategories = async (): Promise<Category[]> =>
  (await get<{ items: Category[] }>("api/categories")).items;
