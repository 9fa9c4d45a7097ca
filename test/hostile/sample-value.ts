import type { Chance } from '../sim/chance.ts';

/** JSON Schema, as far as the description of the API and the messages use it. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const ITEMS_MAX = 4;
/** Few, so that what is stored stays small however many requests come. */
const NAMES = 40;
/** 2026-01-01: a time that the service takes, the same in every run. */
const BASE_MS = 1_767_225_600_000;
const SPAN_MS = 10_000_000_000;

/** A value that a schema takes, most of the time: patterns are met by candidates of the product's own texts. */
export function sampleOf(described: object, chance: Chance): unknown {
  const schema = described as Schema;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return chance.pick(schema.enum);
  if (schema.anyOf !== undefined) return sampleOf(chance.pick(schema.anyOf), chance);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name) === true || chance.isLucky(0.6))
          .map(([name, property]) => [name, sampleOf(property, chance)]),
      );
    case 'array':
      return Array.from({ length: 1 + chance.below(ITEMS_MAX) }, () =>
        sampleOf(schema.items ?? {}, chance),
      );
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 10_000 } = schema;
      return minimum + chance.below(Math.min(maximum - minimum, 10_000) + 1);
    }
    case 'boolean':
      return chance.isLucky(0.5);
    case 'null':
      return null;
    case 'string':
    case undefined:
    default:
      return textOf(schema.pattern, chance);
  }
}

function textOf(pattern: string | undefined, chance: Chance): string {
  const timestamp = `${hex(BASE_MS + chance.below(SPAN_MS), 12)}-${hex(chance.below(65_536), 4)}`;
  const candidates = [chance.uuid(), timestamp, `name-${chance.below(NAMES)}`, '1.0'];
  if (pattern === undefined) return chance.pick(candidates);
  const regExp = regExpOf(pattern);
  // A name before all others: a content id may be nearly anything.
  return [candidates[2] ?? '', ...candidates].find((text) => regExp.test(text)) ?? 'name-0';
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

const regExps = new Map<string, RegExp>();

function regExpOf(pattern: string): RegExp {
  const known = regExps.get(pattern) ?? new RegExp(pattern, 'u');
  regExps.set(pattern, known);
  return known;
}
