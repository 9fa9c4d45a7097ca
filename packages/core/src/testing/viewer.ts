import type { AliasLink } from '../continue-watching/aliases.ts';
import { resolveAliases } from '../continue-watching/aliases.ts';
import type {
  Description,
  ListedFacts,
  ListedKind,
  ViewerState,
  Written,
} from '../continue-watching/viewer.ts';
import { LWWRegister } from '../lww-register.ts';
import type { PlaybackPosition } from '../playback-position.ts';
import { stampOf, type Stamp } from '../stamp.ts';

/** One write of a viewer's device. */
export type ViewerWrite = Stamp & { readonly contentId: string } & (
    | ({ readonly kind: 'progress' } & PlaybackPosition)
    | { readonly kind: 'clear' }
    | { readonly kind: ListedKind; readonly value: unknown }
  );

/** What a viewer's writes come to, in whatever order they arrive. */
export class TestViewer implements ViewerState {
  readonly #progress = new Map<string, LWWRegister<PlaybackPosition | null>>();
  readonly #registers = new Map<string, LWWRegister<unknown>>();

  constructor(writes: Iterable<ViewerWrite> = []) {
    for (const write of writes) this.write(write);
  }

  write(write: ViewerWrite): void {
    const { contentId } = write;
    const stamp = stampOf(write);
    if (write.kind === 'progress' || write.kind === 'clear') {
      const value = write.kind === 'clear' ? null : positionOf(write);
      put(this.#progress, contentId, value, stamp);
    } else {
      put(this.#registers, `${write.kind}\n${contentId}`, write.value, stamp);
    }
  }

  *contentIds(): IterableIterator<string> {
    yield* this.#progress.keys();
    for (const key of this.#registers.keys()) yield key.slice(key.indexOf('\n') + 1);
  }

  readonly progress = (contentId: string): Written<PlaybackPosition | null> | undefined =>
    this.#progress.get(contentId);

  readonly register = (kind: ListedKind, key: string): Written<unknown> | undefined =>
    this.#registers.get(`${kind}\n${key}`);
}

/** A catalogue of these contents, under whichever of their names. */
export function describeAs(
  contents: Readonly<Record<string, ListedFacts>>,
  links: readonly AliasLink[] = [],
): Description {
  const { canonical, namesOf } = resolveAliases(links);
  const factsById = new Map(Object.entries(contents));
  return {
    canonical,
    facts: (contentId) => {
      const known = namesOf(contentId).find((name) => factsById.has(name));
      return known === undefined ? undefined : factsById.get(known);
    },
    episodesOf: (seriesId) =>
      [...factsById].flatMap(([id, facts]) =>
        facts.seriesId !== undefined && canonical(facts.seriesId) === seriesId ? [id] : [],
      ),
  };
}

function positionOf({ positionSeconds, durationSeconds, state }: PlaybackPosition) {
  return { positionSeconds, durationSeconds, state };
}

function put<T>(registers: Map<string, LWWRegister<T>>, key: string, value: T, stamp: Stamp): void {
  const register = registers.get(key);
  if (register === undefined) registers.set(key, new LWWRegister(value, stamp));
  else register.write(value, stamp);
}
