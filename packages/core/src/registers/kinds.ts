import { Type, type TSchema } from 'typebox';
import { contentFactsFields } from '../content-facts.ts';
import { DateSchema, SecondsSchema, TimestampSchema } from '../wire-op.ts';

/**
 * What a register is said of: a content · a group, which is a series or a content without one · a place, which is
 * `<deviceId>/<contentId>` · or any text like a content id.
 */
export type RegisterKeyForm = 'content' | 'group' | 'place' | 'free';

export interface RegisterKind {
  readonly key: RegisterKeyForm;
  /** Of a value that is not null. Fields of an object that it does not name are kept and passed on. [REG2] */
  readonly value: TSchema;
  /** Fields of the value that hold a date, stored as `readDate` gives it. */
  readonly dates?: readonly string[];
}

/** Every kind that Cuepoint knows. An app's own begin with `x-`, have keys of any text and values of any form. [REG2] */
export const REGISTER_KINDS = {
  watched: {
    key: 'content',
    value: Type.Object(
      { at: Type.Union([DateSchema, Type.Null()]) },
      { description: 'Seen to the end, or marked so; at is null where nobody knows when.' },
    ),
    dates: ['at'],
  },
  dismissed: {
    key: 'group',
    value: Type.Literal(true, {
      description: 'Taken off Continue Watching, until the group is engaged with again.',
    }),
  },
  rewatch: {
    key: 'group',
    value: Type.Object(
      { since: TimestampSchema },
      { description: 'A new pass: what was watched before it counts no more in it.' },
    ),
  },
  rating: { key: 'group', value: Type.Integer({ minimum: 1, maximum: 10 }) },
  favorite: { key: 'group', value: Type.Literal(true) },
  content: {
    key: 'content',
    value: Type.Object(contentFactsFields, {
      description: "What this user's devices know of the content.",
    }),
    dates: ['releasedAt'],
  },
  place: {
    key: 'place',
    value: Type.Object(
      { positionSeconds: SecondsSchema, durationSeconds: SecondsSchema, at: DateSchema },
      { description: 'Where a device was, although another one resumes. Good for 30 days.' },
    ),
    dates: ['at'],
  },
  preference: {
    key: 'free',
    value: Type.Unknown({ description: 'A setting of the user, in whatever form the app has it.' }),
  },
} as const satisfies Readonly<Record<string, RegisterKind>>;

export type RegisterKindName = keyof typeof REGISTER_KINDS;

const OWN_KIND: RegisterKind = { key: 'free', value: Type.Unknown() };

/** Undefined for a kind that Cuepoint does not know and that is no app's own. */
export function registerKindOf(name: string): RegisterKind | undefined {
  if (/^x-[A-Za-z0-9._-]{1,30}$/.test(name)) return OWN_KIND;
  return Object.hasOwn(REGISTER_KINDS, name) ? REGISTER_KINDS[name as RegisterKindName] : undefined;
}

/** Places are good for 30 days. [CLM8] */
export const PLACE_LIFETIME_MS = 30 * 24 * 60 * 60_000;
/** Registers of a user of kinds that are not of his contents, at most. [REG3] */
export const REGISTERS_PER_USER_MAX = 20_000;
/** Kinds that {@link REGISTERS_PER_USER_MAX} does not count: they grow with what is watched. [REG3] */
export const UNCOUNTED_REGISTERS: readonly string[] = [
  'watched',
  'content',
  'place',
  'x-trakt-percent',
];
