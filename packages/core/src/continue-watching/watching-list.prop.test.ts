import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeAs, TestViewer } from '../testing/viewer.ts';
import { mark, until, Viewing, type Happening } from '../testing/viewing.ts';
import {
  arbitraryContents,
  arbitraryHappenings,
  arbitraryLinks,
} from '../testing/watching-arbitraries.ts';
import { CASE_CONTENTS } from '../testing/watching-cases.ts';
import type { AliasLink } from './aliases.ts';
import { continueWatching } from './continue-watching.ts';
import { CONTINUE_WATCHING_POLICY as policy, type Description } from './viewer.ts';
import { createWatchingList } from './watching-list.ts';

/** A list that is kept beside what it is made from. */
class World {
  readonly viewing = new Viewing('2026-03-01T20:00:00Z');
  readonly #state = new TestViewer();
  #contents = CASE_CONTENTS;
  #links: readonly AliasLink[] = [];
  #describe = describeAs(CASE_CONTENTS);
  readonly #source = {
    state: this.#state,
    policy,
    describe: {
      facts: (id) => this.#describe.facts(id),
      episodesOf: (id) => this.#describe.episodesOf(id),
      canonical: (id) => this.#describe.canonical(id),
    } satisfies Description,
  };
  readonly list = createWatchingList(this.#source);
  #written = 0;

  happens(happen: Happening): void {
    happen(this.viewing);
    for (const write of this.viewing.writes.slice(this.#written)) {
      this.#state.write(write);
      this.list.changed(write.contentId);
    }
    this.#written = this.viewing.writes.length;
  }

  learns(contents: typeof CASE_CONTENTS): void {
    const ids = Object.keys({ ...this.#contents, ...contents });
    const changed = ids.filter((id) => this.#contents[id] !== contents[id]);
    this.#tell(changed, () => {
      this.#contents = contents;
    });
  }

  links(links: readonly AliasLink[]): void {
    const both = [...this.#links, ...links];
    this.#tell(
      both.flatMap(({ alias, contentId }) => [alias, contentId]),
      () => {
        this.#links = links;
      },
    );
  }

  /** Of each content also the series that it was in, and the one that it is in. */
  #tell(ids: readonly string[], change: () => void): void {
    const seriesBefore = ids.map((id) => this.#seriesOf(id));
    change();
    this.#describe = describeAs(this.#contents, this.#links);
    const touched = [...ids, ...seriesBefore, ...ids.map((id) => this.#seriesOf(id))];
    for (const id of touched) if (id !== undefined) this.list.changed(id);
  }

  #seriesOf(id: string): string | undefined {
    return this.#describe.facts(this.#describe.canonical(id))?.seriesId;
  }

  fresh() {
    return continueWatching(this.#source, this.viewing.nowMs);
  }
}

test('[CW9] a list that is kept equals one that is made anew, after each change', () => {
  const change = fc.oneof(
    {
      weight: 6,
      arbitrary: arbitraryHappenings().map(
        (all) => (world: World) => all.forEach((one) => world.happens(one)),
      ),
    },
    {
      weight: 1,
      arbitrary: arbitraryContents().map((contents) => (world: World) => world.learns(contents)),
    },
    { weight: 1, arbitrary: arbitraryLinks().map((links) => (world: World) => world.links(links)) },
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const world = new World();
      expect(world.list.cards(world.viewing.nowMs)).toEqual([]);
      for (const apply of changes) {
        apply(world);
        expect(world.list.cards(world.viewing.nowMs)).toEqual(world.fresh());
      }
    }),
  );
});

test('[CW9] a series that comes to be one takes in what was written under another name of its episode', () => {
  const world = new World();
  world.links([{ alias: 'f21', contentId: 'mystery' }]);
  // A series that is an episode is none.
  world.learns({ ...CASE_CONTENTS, ferry: { type: 'episode', seriesId: 'ferry' } });
  world.happens(until('2027-03-01'));
  world.happens(mark('mystery'));
  expect(world.list.cards(world.viewing.nowMs)).toEqual([]);
  world.learns(CASE_CONTENTS);
  expect(world.list.cards(world.viewing.nowMs)).toMatchObject([{ contentId: 'f22' }]);
  expect(world.list.cards(world.viewing.nowMs)).toEqual(world.fresh());
});
