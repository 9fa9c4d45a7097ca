import { isDeeperThan } from '@cuepoint/core';
import { fieldsOf, type Fields } from './fields.ts';
import { HookBodyError } from './hook-event.ts';

/** Besides the picture that some send along, which is dropped unread. */
export const HOOK_BODY_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 32;
/** Fields of a form that hold the whole of it: Plex's, and Emby's. */
export const PAYLOAD_FIELDS = ['payload', 'data'] as const;

/**
 * A body by its type. What says that it is text is JSON too: Jellyfin's plugin calls it so unless somebody adds a header.
 *
 * @throws HookBodyError with what is wrong, in words for whoever wrote the template.
 */
export function decodeBody(type: string, text: string): Fields {
  if (!type.startsWith('application/x-www-form-urlencoded')) return parseJson(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  const payload = PAYLOAD_FIELDS.map((name) => form[name]).find((each) => each !== undefined);
  return payload === undefined ? form : parseJson(payload);
}

export function parseJson(given: string): Fields {
  const text = given.replace(/^\uFEFF/, '');
  if (text.trim() === '') throw new HookBodyError('The body is empty.');
  if (isDeeperThan(text, DEPTH_MAX))
    throw new HookBodyError(`The body nests more than ${DEPTH_MAX} deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HookBodyError(whyNot(text), { cause: error });
  }
  const fields = fieldsOf(value);
  if (fields === undefined) throw new HookBodyError('The body is JSON, but no object.');
  return fields;
}

/** A template leaves nothing where it knows no number. Only the name of the field is told: values are somebody's. */
function whyNot(text: string): string {
  const name = /"(\w{1,64})"\s*:\s*(?=[,}\]])/.exec(text)?.[1];
  if (name !== undefined) {
    return `The template left nothing for the number ${name}: put it in quotes, or send all properties.`;
  }
  if (/"(?:Overview|Tagline|Name)"\s*:/.test(text)) {
    return 'The body is no JSON: a line break or a quote in a text, such as Overview, breaks a template. Leave it out.';
  }
  return 'The body is no JSON.';
}

const AUTOMATED = Buffer.from('"IsAutomated"');
const COLON = 0x3a;

/**
 * Whether a body is the server's own guess, by its bytes: such come every second of every viewer, and are dropped before any work.
 * [HOK2]
 *
 * A quote in a text is escaped, so no title says this: after the last letter of the name there would be a backslash.
 */
export function isAutomatedBody(body: Buffer): boolean {
  const at = body.indexOf(AUTOMATED);
  if (at < 0) return false;
  let next = at + AUTOMATED.length;
  const skipBlanks = () => {
    while (body[next] === 0x20 || body[next] === 0x0a || body[next] === 0x0d || body[next] === 0x09)
      next += 1;
  };
  skipBlanks();
  if (body[next] !== COLON) return false;
  next += 1;
  skipBlanks();
  if (body[next] === 0x22) next += 1;
  return (
    body
      .subarray(next, next + 4)
      .toString('latin1')
      .toLowerCase() === 'true'
  );
}
