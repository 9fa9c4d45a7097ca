// A person's state as an Automerge document of two maps. A report sets the fields of its title, and texts are
// `ImmutableString`, which is cheaper than the collaborative text that a string is by default. See `ReplicaLibrary`
// in `bench/replicas/replica.ts`.
import * as A from '@automerge/automerge';

const ADDED_AT = 1_767_225_600_000;
const STATES = {
  playing: new A.ImmutableString('playing'),
  paused: new A.ImmutableString('paused'),
};

export const library = {
  encode(start, changes) {
    let document = A.from({ watchlist: {}, progress: {} });
    for (const change of start) document = applyChange(document, change);
    const state = [A.save(document)];
    const messages = changes.map((change) => {
      document = applyChange(document, change);
      return A.getLastLocalChange(document);
    });
    return { state, messages };
  },
  join: (messages) => Buffer.concat(messages),
  async open() {
    let document = A.init();
    return {
      receive(message) {
        document = A.loadIncremental(document, message);
      },
      settled: async () => undefined,
      read: () => ({
        listed: Object.keys(document.watchlist).length,
        registers: Object.keys(document.progress).length,
      }),
    };
  },
};

export function applyChange(
  document,
  { kind, contentId, positionSeconds, durationSeconds, state },
) {
  return A.change(document, (draft) => {
    if (kind === 'add') draft.watchlist[contentId] = ADDED_AT;
    else if (kind === 'remove') delete draft.watchlist[contentId];
    else if (draft.progress[contentId] === undefined) {
      draft.progress[contentId] = {
        positionSeconds,
        durationSeconds,
        state: STATES[state],
        at: ADDED_AT,
      };
    } else {
      const register = draft.progress[contentId];
      register.positionSeconds = positionSeconds;
      register.at = ADDED_AT;
      register.state = STATES[state];
    }
  });
}
