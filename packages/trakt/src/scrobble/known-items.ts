import type { AskedItem } from '../items/read-item.ts';
import type { ItemResolver, ResolvedItem } from '../items/resolve-item.ts';
import { describedIn, type Media, type MediaReader } from '../items/media.ts';
import type { TraktRepository } from '../ports.ts';

/** A content that is played, as it is asked for again and again while it is. */
export interface KnownItem extends ResolvedItem {
  readonly lengthSeconds: number;
  /** Undefined until it was told of for the first time: then what the client says of it is stored, and in its answer. */
  readonly media: Media | undefined;
}

export interface KnownItems {
  find(userId: string, asked: AskedItem): Promise<KnownItem | undefined>;
  /** The same once all that was said of it is stored. */
  settle(userId: string, asked: AskedItem, item: KnownItem): Promise<Media>;
}

/** What the catalogue says anew of a film while it plays is heard of within this time. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 20_000;

interface Remembered {
  item: KnownItem & { readonly media: Media };
  readonly untilMs: number;
}

/** Remembers for a minute which content a client means: of a playback it tells the same over and over. */
export function createKnownItems({
  repository,
  items,
  media,
  now,
}: {
  readonly repository: TraktRepository;
  readonly items: ItemResolver;
  readonly media: MediaReader;
  readonly now: () => number;
}): KnownItems {
  const remembered = new Map<string, Remembered>();
  const keyOf = (userId: string, asked: AskedItem) => `${userId} ${JSON.stringify(asked)}`;

  return {
    async find(userId, asked) {
      const key = keyOf(userId, asked);
      const known = remembered.get(key);
      if (known !== undefined && now() < known.untilMs) return known.item;
      remembered.delete(key);
      const resolved = await items.resolve(userId, asked);
      if (resolved === undefined) return undefined;
      const viewed = await repository.readContents(userId, [resolved.contentId]);
      const contentId = viewed.describe.canonical(resolved.contentId);
      const { durationSeconds: lengthSeconds = 0 } = describedIn(viewed, contentId);
      return { ...resolved, lengthSeconds, media: undefined };
    },

    async settle(userId, asked, item) {
      const { media: told, lengthSeconds } = item;
      if (told !== undefined) {
        const known = remembered.get(keyOf(userId, asked));
        if (known !== undefined) known.item = { ...known.item, lengthSeconds };
        return told;
      }
      const found = (await media.mediaOf(userId, [item.contentId])).get(item.contentId);
      if (found === undefined)
        throw new Error('what is played was resolved as a film or an episode');
      if (remembered.size >= REMEMBERED_MAX) {
        const [oldest] = remembered.keys();
        if (oldest !== undefined) remembered.delete(oldest);
      }
      const settled = { ...item, said: [], media: found };
      remembered.set(keyOf(userId, asked), { item: settled, untilMs: now() + REMEMBERED_MS });
      return found;
    },
  };
}
