import type { RunRequest } from './run.ts';

/** Runs that broke once. One line each; without a history it is what the seed draws. */
export const NAMED_SEEDS: readonly (RunRequest & { readonly why: string })[] = [
  {
    why: 'a connection that was lost without a word is noticed while nothing is written',
    seed: 148,
  },
  {
    why: 'which of two sessions is the later is not left to the clocks of two instances',
    seed: 3,
  },
  {
    why: 'the end of a connection that was given up before does not make a device a copy of itself',
    seed: 20557,
  },
  {
    why: 'a device that was restored from a backup may come to a stamp that it used since, for another register',
    seed: 5000909,
  },
  {
    why: 'what plays on has an older claim than an act of the same device before it',
    seed: 636,
  },
  {
    why: 'a stamp that was refused may be used again',
    seed: 6000676,
  },
  {
    why: 'a pause that is shorter than the precision of the time passes',
    seed: 6001722,
  },
  {
    why: 'what goes past another screen after the time of the service went back is later by its claim',
    seed: 777071,
  },
  {
    why: 'two names of a content with one stamp, after the clock was set back, are the same list on every device',
    seed: 7001184,
    history: [
      { do: 'setServiceClock', service: 0, skewMs: 63985315 },
      { do: 'stopService', service: 1 },
      { do: 'wait', ms: 56944 },
      { do: 'watch', device: 0, film: 2, seconds: 6247 },
      { do: 'watch', device: 0, film: 1, seconds: 1622 },
      { do: 'quiet' },
      { do: 'setServiceClock', service: 0, skewMs: 22 },
      { do: 'say', what: 'mark', device: 0, film: 2 },
      { do: 'join', film: 2, other: 1 },
      { do: 'signIn', device: 1, user: 0 },
      { do: 'wait', ms: 42 },
      { do: 'watch', device: 0, film: 2, seconds: 3837 },
      { do: 'quiet' },
    ],
  },
];
