import { useId, useMemo, useRef, useState } from "preact/hooks";
import type { Category } from "../api/types";
import { codeText, say, t } from "../i18n";
import { categories } from "../state/store";
import { categoryTree, findCategories, type CategoryNode } from "../state/categories";

interface Props {
  value: string | null;
  onChange: (key: string | null) => void;
  label: string;
  /** What no choice means; without it a choice is required. */
  anyLabel?: string;
  error?: string | undefined;
  required?: boolean;
  /** A class can be chosen as well, for all that is below it. */
  subtrees?: boolean;
}

/** Searchable tree of the categories: by class, or by words and codes in either language. */
export function CategoryPicker({ value, onChange, label, anyLabel, error, required, subtrees = false }: Props) {
  const [open, setOpen] = useState(!anyLabel);
  const [query, setQuery] = useState("");
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  const tree = useMemo(() => categoryTree(categories.value), [categories.value]);
  const found = useMemo(() => findCategories(tree, query, subtrees), [tree, query, subtrees]);
  const chosen = categories.value.find((category) => category.key === value) ?? null;

  const choose = (key: string | null): void => {
    onChange(key);
    setOpen(false);
    setQuery("");
    requestAnimationFrame(() => toggle.current?.focus());
  };
  return (
    <div class="picker" role="group" aria-labelledby={`${id}-label`}>
      <div class="picker-chosen">
        <span class="label" id={`${id}-label`}>
          {label}
          {required && <span class="required"> {t("report.required")}</span>}
        </span>
        <span class={chosen ? "picker-name" : "picker-name muted"} title={chosen?.code}>
          {chosen ? say(chosen.name) : (anyLabel ?? t("report.category_choose"))}
        </span>
        {chosen && anyLabel && (
          <button type="button" class="link" onClick={() => choose(null)}>
            {t("app.clear")}
          </button>
        )}
        <button
          ref={toggle}
          type="button"
          class="link"
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
            if (!open) requestAnimationFrame(() => field.current?.focus());
          }}
        >
          {open ? t("app.close") : t("report.category_change")}
        </button>
      </div>
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {open && (
        <div class="picker-open">
          <input
            ref={field}
            type="search"
            autocomplete="off"
            aria-label={t("report.category_search")}
            aria-invalid={error ? "true" : undefined}
            aria-describedby={error ? `${id}-error` : undefined}
            placeholder={t("report.category_search")}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.isComposing || event.key !== "Enter") return;
              event.preventDefault();
              if (found.length > 0 && query.trim()) choose(found[0]!.category.key);
            }}
          />
          <div class="picker-list" tabIndex={0} role="group" aria-label={t("report.category")}>
            {query.trim() ? <Found found={found} value={value} choose={choose} /> : <Tree tree={tree} value={value} choose={choose} subtrees={subtrees} />}
          </div>
        </div>
      )}
    </div>
  );
}

interface ListProps {
  value: string | null;
  choose: (key: string) => void;
  subtrees?: boolean;
}

function Choice({ category, value, choose, path }: ListProps & { category: Category; path?: string }) {
  return (
    <li>
      <button type="button" class="choice" aria-pressed={category.key === value} data-key={category.key} onClick={() => choose(category.key)}>
        <span>{say(category.name)}</span>
        <span class="muted">{path ? `${path} · ${category.code}` : category.code}</span>
      </button>
    </li>
  );
}

function Found({ found, value, choose }: ListProps & { found: CategoryNode[] }) {
  if (found.length === 0) return <p class="muted">{t("report.category_none")}</p>;
  return (
    <ul class="choices">
      {found.slice(0, 60).map((node) => (
        <Choice key={node.category.key} category={node.category} value={value} choose={choose} path={say(node.parent?.name)} />
      ))}
    </ul>
  );
}

function Tree({ tree, value, choose, subtrees = false }: ListProps & { tree: CategoryNode[] }) {
  const groups = new Map<string, CategoryNode[]>();
  for (const node of tree) {
    const name = t("category.of", { kind: codeText("category", node.category.kind), standard: node.category.standard_ref });
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  return (
    <>
      {[...groups].map(([name, nodes]) => (
        <div key={name} class="picker-group">
          <p class="picker-standard">{name}</p>
          {nodes.map((node) => (
            <Branch key={node.category.key} node={node} value={value} choose={choose} subtrees={subtrees} />
          ))}
        </div>
      ))}
    </>
  );
}

function Branch({ node, value, choose, subtrees = false }: ListProps & { node: CategoryNode }) {
  if (node.children.length === 0) {
    return (
      <ul class="choices">
        <Choice category={node.category} value={value} choose={choose} />
      </ul>
    );
  }
  return (
    <details>
      <summary>
        {say(node.category.name)} <span class="muted">{node.children.length}</span>
      </summary>
      <div class="picker-branch">
        {subtrees && (
          <ul class="choices">
            <Choice category={node.category} value={value} choose={choose} path={t("category.whole")} />
          </ul>
        )}
        {node.children.map((child) => (
          <Branch key={child.category.key} node={child} value={value} choose={choose} subtrees={subtrees} />
        ))}
      </div>
    </details>
  );
}
