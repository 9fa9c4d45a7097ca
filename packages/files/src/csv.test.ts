import { expect, it } from 'vitest';
import { csvRows } from './csv.ts';
import { COLUMNS_MAX, ROW_BYTES_MAX } from './limits.ts';
import { allOf } from './testing/all-of.ts';
import { decodeText } from './text.ts';

const rowsOf = (text: string, delimiter?: string) => allOf(csvRows(text, delimiter));

it('counts lines as an editor does, whatever stands within quotes', async () => {
  const text = '\uFEFFa,b\r\n\r\n1,"x\r\ny\r\nz"\r\n3,4\r\n"5\n",6';
  expect(await rowsOf(text)).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 3, cells: ['1', 'x\r\ny\r\nz'] },
    { line: 6, cells: ['3', '4'] },
    { line: 7, cells: ['5\n', '6'] },
  ]);
});

it('reads doubled quotes, quotes in plain fields, and rows of other lengths', async () => {
  expect(await rowsOf('"a ""b""",c "d" e\n1\n1,2,3')).toEqual([
    { line: 1, cells: ['a "b"', 'c "d" e'] },
    { line: 2, cells: ['1'] },
    { line: 3, cells: ['1', '2', '3'] },
  ]);
});

it('takes quotes between tabs as they are', async () => {
  expect(await rowsOf('"a\tb"\n1\t2', '\t')).toEqual([
    { line: 1, cells: ['"a', 'b"'] },
    { line: 2, cells: ['1', '2'] },
  ]);
});

it('leaves out a row with more columns than any export has', async () => {
  expect(await rowsOf(`a,b\n${','.repeat(COLUMNS_MAX)}\n1,2`)).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, fault: 'too_many_columns' },
    { line: 3, cells: ['1', '2'] },
  ]);
  expect(await rowsOf(','.repeat(COLUMNS_MAX - 1))).toEqual([
    { line: 1, cells: Array.from({ length: COLUMNS_MAX }, () => '') },
  ]);
});

it('ends at a row without an end: a million columns, a quote that is never closed', async () => {
  const wide = ','.repeat(ROW_BYTES_MAX * 2);
  const rows = await rowsOf(`a,b\n${wide}\n1,2`);
  expect(rows).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, fault: 'invalid_csv' },
  ]);
  expect(await rowsOf(`a,b\n1,"${'x'.repeat(ROW_BYTES_MAX * 2)}"\n1,2`)).toEqual(rows);
  expect(await rowsOf('a,b\n1,"2\n3,4')).toEqual(rows);
});

it('reads UTF-8, UTF-16 and Windows-1252, with a mark or without', () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  expect(decodeText(bytes(0xc3, 0xa9))).toBe('é');
  expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0xc3, 0xa9))).toBe('é');
  expect(decodeText(bytes(0xff, 0xfe, 0xe9, 0x00))).toBe('é');
  expect(decodeText(bytes(0xfe, 0xff, 0x00, 0xe9))).toBe('é');
  expect(decodeText(bytes(0x41, 0xe9, 0x80))).toBe('Aé€');
  expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0xe9))).toBe('\uFFFD');
});
