import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../errors.ts';
import { findFaults } from '../find-faults.ts';
import { OP_KINDS, TAGS_PER_REMOVE_MAX } from '../op.ts';
import { readOp } from '../read-op.ts';
import { CLOSE_CODES } from './close-codes.ts';
import { COMMAND_OUTCOMES, CommandSchema } from './command.ts';
import {
  COMMAND_TIMEOUT_MS,
  CURSOR_LENGTH_MAX,
  FORMATS_MAX,
  HEARTBEAT_INTERVAL_MS,
  MESSAGE_DEPTH_MAX,
  MESSAGE_FIELDS_MAX,
  MESSAGE_LENGTH_MAX,
  OPS_PER_PUSH_MAX,
  REASON_LENGTH_MAX,
  TOKEN_LENGTH_MAX,
} from './limits.ts';
import { DOWN_SCHEMAS, UP_SCHEMAS, type DownMessage } from './messages.ts';
import { readUpMessage } from './read-up-message.ts';
import { PROTOCOL_VERSION } from './version.ts';

const documentation = readFileSync(
  new URL('../../../../docs/protocol.md', import.meta.url),
  'utf8',
);

interface Example {
  /** The line above the block: who sends it, or that it is an op. */
  readonly label: string;
  readonly json: string;
  readonly type: string;
}

const examples: Example[] = [
  ...documentation.matchAll(/(?<label>.*)\n\n```json\n(?<json>[^]*?)\n```/g),
].map(({ groups: { label = '', json = '' } = {} }) => {
  const { type = '', kind = '' } = JSON.parse(json) as { type?: string; kind?: string };
  return { label, json, type: type === '' ? kind : type };
});
const upExamples = examples.filter(({ label }) => label === 'Client:');
const downExamples = examples.filter(({ label }) => label === 'Service:');
const opExamples = examples.filter(({ label }) => label === 'Op:');

/** The part below a heading, up to the next one of its level. */
function sectionOf(heading: string): string {
  const [, section = ''] = documentation.split(`\n${heading}\n`);
  return section.split(/\n#{2,3} /)[0] ?? '';
}

describe('the examples', () => {
  test('are all of a client, of the service or an op', () => {
    const blocks = documentation.match(/^```json/gm) ?? [];
    expect(upExamples.length + downExamples.length + opExamples.length).toBe(blocks.length);
  });

  test.each(upExamples)('of a client: $type is one that the service reads as it is', ({ json }) => {
    expect(readUpMessage(json)).toEqual(JSON.parse(json));
  });

  test.each(upExamples.filter(({ type }) => type === 'push'))(
    'of a $type have ops that it takes',
    ({ json }) => {
      const { ops } = JSON.parse(json) as { ops: unknown[] };
      expect(ops.map((op) => readOp(op, 'tv'))).toEqual(
        ops.map(() => expect.objectContaining({ deviceId: 'tv' })),
      );
    },
  );

  test.each(downExamples)(
    'of the service: $type is one that its schema takes, and knows all of',
    ({ json, type }) => {
      const schema = DOWN_SCHEMAS[type as DownMessage['type']];
      const message: unknown = JSON.parse(json);
      expect(findFaults(schema, message)).toEqual([]);
      expect(Compile(schema).Check(message)).toBe(true);
      expect(Object.keys(schema.properties)).toEqual(
        expect.arrayContaining(Object.keys(message as object)),
      );
    },
  );

  test.each(opExamples)('of an op: $type is one that the service reads', ({ json }) => {
    expect(readOp(JSON.parse(json), 'tv')).toMatchObject({ deviceId: 'tv' });
  });

  test('show every type of message in each direction, and every kind of op', () => {
    const typesOf = (found: readonly Example[]) =>
      [...new Set(found.map(({ type }) => type))].toSorted();
    expect(typesOf(upExamples)).toEqual(Object.keys(UP_SCHEMAS).toSorted());
    expect(typesOf(downExamples)).toEqual(Object.keys(DOWN_SCHEMAS).toSorted());
    expect(typesOf(opExamples)).toEqual([...OP_KINDS].toSorted());
  });

  test('show every field that a message can have', () => {
    const shown = (found: readonly Example[], name: string) =>
      new Set(
        found
          .filter(({ type }) => type === name)
          .flatMap(({ json }) => Object.keys(JSON.parse(json) as object)),
      );
    const fields = (
      [
        [upExamples, UP_SCHEMAS],
        [downExamples, DOWN_SCHEMAS],
      ] as const
    ).flatMap(([found, schemas]) =>
      Object.entries(schemas).flatMap(([type, { properties }]) =>
        Object.keys(properties)
          .filter((field) => !shown(found, type).has(field))
          .map((field) => `${type}.${field}`),
      ),
    );
    expect(fields).toEqual(NAMED_IN_WORDS);
  });
});

/** Fields without an example; the text names them. */
const NAMED_IN_WORDS = [
  'welcome.restored',
  'welcome.cursor',
  'changes.restored',
  'error.serverTime',
];

describe('the tables', () => {
  const closeCodes = sectionOf('### Close codes');

  test('of close codes have every code of the service, and say what to do', () => {
    for (const code of Object.values(CLOSE_CODES)) {
      expect(closeCodes).toMatch(new RegExp(String.raw`^\| ${code} \| .+ \| .+ \|$`, 'm'));
    }
  });

  test('of close codes have none that the service does not send, but for those of others', () => {
    const documented = [...closeCodes.matchAll(/^\| (\d{4})\b/gm)].map(([, code]) => Number(code));
    const foreign = [1001, 1009];
    expect(new Set(documented)).toEqual(new Set([...Object.values(CLOSE_CODES), ...foreign]));
  });

  test('have every command and every outcome', () => {
    for (const { properties } of CommandSchema.anyOf) {
      expect(documentation).toContain(`{"action": "${properties.action.const}"`);
    }
    for (const outcome of COMMAND_OUTCOMES) {
      expect(sectionOf('### `command`')).toMatch(
        new RegExp(String.raw`^\| \`${outcome}\` \|`, 'm'),
      );
    }
  });

  test('[SEC3] have every bound with the value that holds', () => {
    const limits = sectionOf('## Limits');
    const rows: [RegExp, string][] = [
      [/messageLength/, amount(MESSAGE_LENGTH_MAX)],
      [/messageDepth/, amount(MESSAGE_DEPTH_MAX)],
      [/messageFields/, amount(MESSAGE_FIELDS_MAX)],
      [/opsPerPush/, amount(OPS_PER_PUSH_MAX)],
      [/tags in one remove/, amount(TAGS_PER_REMOVE_MAX)],
      [/`token`/, amount(TOKEN_LENGTH_MAX)],
      [/`cursor`/, amount(CURSOR_LENGTH_MAX)],
      [/`hdrFormats`/, amount(FORMATS_MAX)],
      [/`reason`/, amount(REASON_LENGTH_MAX)],
      [/time for a command/, `${COMMAND_TIMEOUT_MS / 1_000} s`],
      [/silence/, `due every ${HEARTBEAT_INTERVAL_MS / 1_000} s`],
    ];
    for (const [name, value] of rows) {
      const row = limits.split('\n').find((line) => name.test(line)) ?? '';
      expect(row.split('|')[2]).toMatch(new RegExp(String.raw`(?:^|[ ,;a-z])${value}\b`));
    }
  });
});

describe('the text', () => {
  test('speaks of the version that the service speaks', () => {
    const spoken = examples.flatMap(({ json }) => {
      const { protocol } = JSON.parse(json) as { protocol?: number };
      return protocol === undefined ? [] : [protocol];
    });
    expect(new Set(spoken)).toEqual(new Set([PROTOCOL_VERSION]));
    expect(documentation).toContain(`version ${PROTOCOL_VERSION}.`);
  });

  test('names no error code that there is not', () => {
    const words = [...documentation.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, word]) => word);
    const known = new Set<string | undefined>([...ERROR_CODES, ...REASONS, 'device_id']);
    expect(words.filter((word) => !known.has(word))).toEqual([]);
    expect(words.length).toBeGreaterThan(20);
  });

  test('has a place for every link within it', () => {
    const anchors = [...documentation.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...documentation.matchAll(/\]\(#([a-z0-9-]+)\)/g)].map(([, link]) => link);
    expect(links.filter((link) => link === undefined || !anchors.includes(link))).toEqual([]);
    // errors.md sends its readers there.
    expect(anchors).toContain('close-codes');
  });
});

/** Reasons of refused commands, which the examples show. */
const REASONS = ['not_controllable', 'not_playing', 'same_device'];

function amount(value: number): string {
  return value.toLocaleString('en-US');
}
