import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { complain, print, type CliContext } from './context.ts';
import { printable } from './printable.ts';

describe('text on a terminal', () => {
  it.each([
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['\u009b31mred', '\\u009b31mred'],
    ['over\rwritten\u0008', 'over\\u000dwritten\\u0008'],
    ['gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['T\u200bV\u2066\u2028', 'T\\u200bV\\u2066\\u2028'],
    ['\u{e0041}\ud800', '\\udb40\\udc41\\ud800'],
  ])('%j shows what a terminal would act upon', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['two\nlines\tand a tab', 'Wohnzimmer-Fernseher ä 漢字', '👨‍👩‍👧 TV', 'می‌خواهم'])(
    '%j is as it is written',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('leaves JSON the same for whoever reads it', () => {
    const value = { name: 'a\u202eb\u009b\u{e0041}\u001b\n' };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});

describe('the command line', () => {
  it('writes text of others so that a terminal acts upon none of it', () => {
    const written: string[] = [];
    const stream = () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          written.push(chunk.toString());
          done();
        },
      });
    const context = { stdout: stream(), stderr: stream() } as unknown as CliContext;
    print(context, 'one', '\u001b[2J');
    complain(context, 'no file \u202egpj.exe');
    expect(written).toEqual(['one\n', '\\u001b[2J\n', 'no file \\u202egpj.exe\n']);
  });

  it('writes to a terminal in one place alone', () => {
    const folder = import.meta.dirname;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'context.ts',
    );
    const writes = files.filter((file) =>
      /\bstd(?:out|err)\.write\(|console\./.test(readFileSync(join(folder, file), 'utf8')),
    );
    expect([files.length > 10, writes]).toEqual([true, []]);
  });
});
