/** Another name of a content. */
export interface AliasLink {
  readonly alias: string;
  readonly contentId: string;
}

/** Which names mean one content. Made anew when a link comes or goes: what was never learnt leaves no trace. */
export interface Aliases {
  /** The id itself where it has no other name. */
  canonical(this: void, id: string): string;
  /** Every name of the same content, the canonical one first, the others by code unit. */
  namesOf(this: void, id: string): readonly string[];
}

/**
 * Resolves links, in whatever order they were learnt: chains and circles are one content. Its canonical name is the least by
 * code unit of those that are no alias themselves; in a circle, of all.
 */
export function resolveAliases(links: Iterable<AliasLink>): Aliases {
  const setsById = new Map<string, Set<string>>();
  const aliases = new Set<string>();
  const setOf = (id: string): Set<string> => {
    const known = setsById.get(id) ?? new Set([id]);
    setsById.set(id, known);
    return known;
  };
  for (const { alias, contentId } of links) {
    if (alias === contentId) continue;
    aliases.add(alias);
    const [small, large] = [setOf(alias), setOf(contentId)].sort((a, b) => a.size - b.size);
    if (small === undefined || large === undefined || small === large) continue;
    for (const id of small) setsById.set(id, large.add(id));
  }
  const namesById = new Map<string, readonly string[]>();
  for (const ids of new Set(setsById.values())) {
    const names = [...ids].sort();
    const own = names.find((id) => !aliases.has(id)) ?? names[0] ?? '';
    const ordered = [own, ...names.filter((id) => id !== own)];
    for (const id of ids) namesById.set(id, ordered);
  }
  return {
    canonical: (id) => namesById.get(id)?.[0] ?? id,
    namesOf: (id) => namesById.get(id) ?? [id],
  };
}
