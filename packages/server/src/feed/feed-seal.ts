import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a seal was opened to. */
export interface Opened {
  readonly text: string;
  /** By the sender's wall clock, in ms since the epoch. */
  readonly sentAtMs: number;
}

/**
 * Seals what instances tell each other, so that whoever else may use the broker reads and forges nothing.
 *
 * AES-256-GCM with a key out of the secret that is stored in the schema. A sealed text can be sent again by whoever
 * heard it: it says when it was sent.
 */
export interface FeedSeal {
  /** What the broker is to call this feed: nobody without the secret knows it. 32 hex digits. */
  readonly name: string;
  /** @param context where it is sent, such as the subject: it opens in no other place. */
  seal(text: string, context: string): Buffer;
  /** @returns `undefined` for what no instance with this secret has sealed for this context. */
  open(sealed: Uint8Array, context: string): Opened | undefined;
}

export interface FeedSealDeps {
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 8;
const COUNTER_BYTES = 4;
const COUNTER_END = 2 ** (8 * COUNTER_BYTES);
const NONCE_BYTES = SALT_BYTES + COUNTER_BYTES;
const AUTH_TAG_BYTES = 16;
/** A time and a line feed before the text; 13 digits last until the year 2286. */
const TIME_BYTES = 14;
/** Bytes that a seal adds to those of the text. */
export const SEAL_BYTES = NONCE_BYTES + TIME_BYTES + AUTH_TAG_BYTES;

/** @param secret `readFeedSecret` of the database. */
export function createFeedSeal(secret: string, { now }: FeedSealDeps): FeedSeal {
  const key = derive(secret, 'seal', 32);
  let salt = randomBytes(SALT_BYTES);
  let counter = 0;

  /** No nonce comes twice: a salt of its own for each process, and for each run of the counter. */
  function nextNonce(): Buffer {
    if (counter === COUNTER_END) {
      salt = randomBytes(SALT_BYTES);
      counter = 0;
    }
    const nonce = Buffer.alloc(NONCE_BYTES);
    salt.copy(nonce);
    nonce.writeUInt32BE(counter, SALT_BYTES);
    counter += 1;
    return nonce;
  }

  return {
    name: derive(secret, 'name', 16).toString('hex'),

    seal(text, context) {
      const nonce = nextNonce();
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
      const time = String(Math.max(0, Math.floor(now()))).padStart(TIME_BYTES - 1, '0');
      const body = cipher.update(`${time}\n${text}`, 'utf8');
      return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
    },

    open(sealed, context) {
      if (sealed.length < SEAL_BYTES) return undefined;
      const bodyEnd = sealed.length - AUTH_TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: AUTH_TAG_BYTES,
      })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(bodyEnd));
      const body = decipher.update(sealed.subarray(NONCE_BYTES, bodyEnd));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return {
        text: body.toString('utf8', TIME_BYTES),
        sentAtMs: Number(body.toString('latin1', 0, TIME_BYTES - 1)),
      };
    },
  };
}

function derive(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `cuepoint feed ${purpose}`, bytes));
}
