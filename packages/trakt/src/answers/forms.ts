import { Type, type TSchema } from 'typebox';

/** Ids of Trakt's form: some clients read them as 32 bits with a sign. [TRK2] */
export const INT31_MAX = 2_147_483_647;

export const Int31Schema = Type.Integer({ minimum: 1, maximum: INT31_MAX });
export const CountSchema = Type.Integer({ minimum: 0, maximum: INT31_MAX });
/** Of a play: whoever reads it takes 64 bits, JavaScript 53. */
export const HistoryIdSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/** The one form of a date that every client reads: UTC, with three digits of a second and `Z`. */
export const DateSchema = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$',
});
export const ProgressSchema = Type.Number({ minimum: 0, maximum: 100 });

export const nullable = <Schema extends TSchema>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** Only these keys, as strict clients have it. [TRK6] */
export const strict = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false });

export const NothingSchema = Type.Array(Type.Never(), { maxItems: 0 });
