import { randomUUID } from 'node:crypto';
import { openDatabase } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createFakeCitus } from '../../../../test/support/fake-citus.ts';
import { runTestCli } from '../testing/test-cli.ts';

const schema = `cli_${randomUUID().replaceAll('-', '')}`;
const env = { DATABASE_URL: inject('postgresUrl'), CUEPOINT_DATABASE_SCHEMA: schema };

beforeAll(async () => {
  const { code, err } = await runTestCli(['migrate', 'up'], { env });
  if (code !== 0) throw new Error(err);
});
afterAll(async () => {
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema ${schema} cascade`);
  await database.close();
});

describe('cuepoint distribute', () => {
  it('says in a line or two that Citus is missing, and changes nothing', async () => {
    const before = await runTestCli(['distribute', '--print'], { env });
    const { code, out, err } = await runTestCli(['distribute', '--yes'], { env });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('create extension citus');
    expect(err).not.toContain('    at ');
    expect(await runTestCli(['distribute', '--print'], { env })).toEqual(before);
  });

  it('prints one transaction of SQL, also where Citus is not there yet', async () => {
    const { code, out, err } = await runTestCli(['distribute', '--print'], { env });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trim().split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['begin;', 'commit;']);
    expect(out).toContain(`primary key (user_id, id);`);
    expect(out).toContain(`select create_distributed_table('"${schema}".user_progress', 'user_id'`);
  });

  it('asks before it begins', async () => {
    const refused = await runTestCli(['distribute'], { env });
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('--yes');
    const no = await runTestCli(['distribute'], { env, isTerminal: true, input: 'no' });
    expect(no.err).toContain('Nothing was done');
  });

  it('distributes once', async () => {
    await using citus = await createFakeCitus(inject('postgresUrl'));
    const own = { ...env, DATABASE_URL: citus.url };
    await runTestCli(['migrate', 'up'], { env: own });
    const first = await runTestCli(['distribute', '--yes'], { env: own });
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('Every client fetches the whole state once');
    const calls = await citus.calls();
    expect(calls).toContain('create_distributed_table(user_progress, user_id, user_versions)');
    const second = await runTestCli(['distribute', '--yes'], { env: own });
    expect(second).toMatchObject({ code: 0, out: 'Nothing to do: the schema is distributed.\n' });
    expect((await runTestCli(['distribute', '--print'], { env: own })).out).toMatch(/^-- Nothing/);
    expect(await citus.calls()).toEqual(calls);
  });
});
