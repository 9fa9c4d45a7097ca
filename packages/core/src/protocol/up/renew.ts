import { Type, type Static } from 'typebox';
import { TokenSchema } from '../fields.ts';

/** A token that lasts longer, of the same user and device. Silence is success. [SEC1] */
export const RenewSchema = Type.Object(
  { type: Type.Literal('renew'), token: TokenSchema },
  { additionalProperties: false },
);
export type Renew = Static<typeof RenewSchema>;
