import type { AliasLink } from '@cuepoint/core';

/** What a change of aliases can meet. */
export type AliasFault = 'alias_taken' | 'alias_cycle' | 'limit_exceeded';

/** Names of one content, its own among them. A bound on what reading it costs. */
export const NAMES_PER_CONTENT_MAX = 100;

/**
 * What aliases may be put: a forest, in which every name points at what it is another name of and the root is the name that
 * counts. Readers resolve the links that are stored by `resolveAliases`.
 */
export class AliasGraph {
  readonly #targets = new Map<string, string>();
  readonly #aliases = new Map<string, Set<string>>();

  /** Of edges that would make a cycle together the last one is left out: no two calls can have made them. */
  constructor(edges: Iterable<AliasLink> = []) {
    for (const { alias, contentId } of edges) this.add(alias, contentId);
  }

  /** The name that counts: the id itself where it is no alias. */
  canonical(id: string): string {
    let name = id;
    for (;;) {
      const target = this.#targets.get(name);
      if (target === undefined) return name;
      name = target;
    }
  }

  /** Everything that means the same, the name that counts first and the others in the order of their code units. */
  namesOf(id: string): readonly string[] {
    const root = this.canonical(id);
    const names = [root];
    for (const name of names) names.push(...(this.#aliases.get(name) ?? []));
    return [root, ...names.slice(1).sort()];
  }

  /** What an alias stands for, as it was said. */
  targetOf(alias: string): string | undefined {
    return this.#targets.get(alias);
  }

  /** What was said of this very name, and not of those that stand for it. */
  aliasesOf(contentId: string): readonly string[] {
    return [...(this.#aliases.get(contentId) ?? [])];
  }

  /** Why an alias cannot be added; the graph stays as it is where it cannot. */
  add(alias: string, contentId: string): AliasFault | undefined {
    const target = this.#targets.get(alias);
    if (target === contentId) return undefined;
    if (target !== undefined) return 'alias_taken';
    if (this.canonical(contentId) === alias) return 'alias_cycle';
    const names = this.namesOf(alias).length + this.namesOf(contentId).length;
    if (names > NAMES_PER_CONTENT_MAX) return 'limit_exceeded';
    this.#targets.set(alias, contentId);
    const aliases = this.#aliases.get(contentId);
    if (aliases === undefined) this.#aliases.set(contentId, new Set([alias]));
    else aliases.add(alias);
    return undefined;
  }

  remove(alias: string): void {
    const target = this.#targets.get(alias);
    if (target === undefined) return;
    this.#targets.delete(alias);
    this.#aliases.get(target)?.delete(alias);
  }
}
