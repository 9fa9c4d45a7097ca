import { CuepointError } from '@cuepoint/core';
import type { FastifyRequest } from 'fastify';
import { decodeBody, HOOK_BODY_BYTES_MAX, parseJson, PAYLOAD_FIELDS } from './body.ts';
import type { Fields } from './fields.ts';
import { HookBodyError } from './hook-event.ts';

/** One field is read; what else a form has may come before or after it. */
const PARTS_MAX = 10;
const FIELD_BYTES_MAX = 262_144;

export const MULTIPART_LIMITS = {
  parts: PARTS_MAX,
  files: 2,
  fields: PARTS_MAX,
  fieldSize: FIELD_BYTES_MAX,
  fileSize: HOOK_BODY_BYTES_MAX,
};

/**
 * The body of a request, whatever its type. Pictures are dropped as they come: none of their bytes is kept or looked into.
 *
 * @throws HookBodyError, CuepointError `payload_too_large`
 */
export async function readBody(request: FastifyRequest): Promise<Fields> {
  const type = request.headers['content-type'] ?? '';
  if (!request.isMultipart()) {
    const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
    return decodeBody(type.toLowerCase(), body);
  }
  const text = await readPayload(request);
  if (text === undefined) {
    throw new HookBodyError(`The form has no field ${PAYLOAD_FIELDS.join(' or ')}.`);
  }
  return parseJson(text);
}

async function readPayload(request: FastifyRequest): Promise<string | undefined> {
  let payload: string | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        part.file.resume();
      } else if (PAYLOAD_FIELDS.some((name) => name === part.fieldname)) {
        if (part.valueTruncated) throw tooLarge();
        // A part that says that it is JSON is decoded by then.
        payload ??= typeof part.value === 'string' ? part.value : JSON.stringify(part.value);
      }
    }
  } catch (error) {
    if (error instanceof CuepointError) throw error;
    const { statusCode } = error as { readonly statusCode?: number };
    if (statusCode === 413) throw tooLarge();
    throw new HookBodyError('The form cannot be read.', { cause: error });
  }
  return payload;
}

export function tooLarge(): CuepointError {
  return new CuepointError(
    'payload_too_large',
    `A body has at most ${HOOK_BODY_BYTES_MAX} bytes, and its JSON ${FIELD_BYTES_MAX}.`,
    { limit: { name: 'bodyBytes', value: HOOK_BODY_BYTES_MAX } },
  );
}
