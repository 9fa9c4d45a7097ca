import type { SaidFacts } from '../items/resolve-item.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller } from '../ports.ts';

/** Keeps what a client tells of contents that nothing is known of: for this person alone. */
export async function keepSaid(
  { ports }: Pick<TraktScope, 'ports'>,
  caller: TraktCaller,
  said: SaidFacts,
): Promise<void> {
  if (said.length === 0) return;
  const byId = new Map(said);
  const { describe } = await ports.repository.readContents(caller.userId, [...byId.keys()]);
  const unknown = [...byId].filter(([id]) => describe.facts(describe.canonical(id)) === undefined);
  await ports.changes.describe(caller, unknown);
}
