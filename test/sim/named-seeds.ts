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
];
