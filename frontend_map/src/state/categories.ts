/** The category catalogues as a tree that can be searched. Pure. */
import type { Category } from "../api/types";

export interface CategoryNode {
  category: Category;
  parent: Category | null;
  children: CategoryNode[];
}

export function categoryTree(categories: readonly Category[]): CategoryNode[] {
  const nodes = new Map<string, CategoryNode>(
    categories.map((category) => [category.key, { category, parent: null, children: [] }]),
  );
  const roots: CategoryNode[] = [];
  for (const node of nodes.values()) {
    const above = node.category.parent === null ? undefined : nodes.get(node.category.parent);
    if (above) {
      node.parent = above.category;
      above.children.push(node);
    } else {
      roots.push(node);
    }
  }
  // Matters are what people report most; the component registers follow.
  const rank = (node: CategoryNode): number => ["social", "matter", "component"].indexOf(node.category.kind) + 1 || 9;
  return roots.toSorted((a, b) => rank(a) - rank(b) || order(a.category.key, b.category.key));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Leaves (or with `subtrees` any categories) that match every word, the best first: code, then beginning of the name, then anywhere. */
export function findCategories(tree: readonly CategoryNode[], query: string, subtrees = false): CategoryNode[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: { node: CategoryNode; score: number }[] = [];
  const visit = (node: CategoryNode): void => {
    for (const child of node.children) visit(child);
    if (node.children.length > 0 && !subtrees) return;
    const { code, name } = node.category;
    const names = [name.zh, name.en ?? ""].map((text) => text.toLowerCase());
    const above = `${node.parent?.name.zh ?? ""} ${node.parent?.name.en ?? ""}`.toLowerCase();
    const all = `${code} ${names.join(" ")} ${above}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) return;
    const first = words[0]!;
    const score = code.startsWith(first) ? 0 : names.some((text) => text.startsWith(first)) ? 1 : names.some((text) => text.includes(first)) ? 2 : 3;
    found.push({ node, score });
  };
  for (const root of tree) visit(root);
  return found.toSorted((a, b) => a.score - b.score).map(({ node }) => node);
}
