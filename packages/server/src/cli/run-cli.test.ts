import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTING_NAMES, settingOf } from '../config/settings.ts';
import { runTestCli } from '../testing/test-cli.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('the command line', () => {
  it('helps with every command and every setting', async () => {
    const help = await runTestCli(['--help']);
    expect(help.code).toBe(0);
    const commands = [
      'serve',
      'migrate',
      'token',
      'gc',
      'inspect',
      'export',
      'import',
      'delete-user',
      'restored',
      'watch',
      'distribute',
    ];
    for (const command of commands) expect(help.out).toContain(`  ${command}`);
    const serve = (await runTestCli(['serve', '--help'])).out;
    for (const name of SETTING_NAMES) expect(serve).toContain(settingOf(name).env);
  });

  it('[SEC1] takes no secret by flag', async () => {
    const { code, err } = await runTestCli(['serve', '--jwt-secret', 'x'.repeat(32)]);
    expect(code).toBe(1);
    expect(err).toContain('unknown option');
    expect((await runTestCli(['serve', '--database-url', 'postgres://x'])).code).toBe(1);
  });

  it('reports every problem of the configuration at once', async () => {
    const { code, err } = await runTestCli(['serve', '--port', 'many'], {
      env: { CUEPOINT_DEV: 'true', HOST: '0.0.0.0', CUEPOINT_RATE_LIMIT: '-1', LOG_LEVEL: 'loud' },
    });
    expect(code).toBe(1);
    for (const part of ['PORT (--port)', 'HOST (--host)', 'CUEPOINT_RATE_LIMIT', 'LOG_LEVEL']) {
      expect(err).toContain(part);
    }
    expect(err).not.toContain('    at ');
  });

  it.each([
    [['inspect', '--user', 'bob']],
    [['export', '--user', "'; drop table user_watchlists; --"]],
    [['import', '--user', '123']],
    [['delete-user', '--user', '', '--yes']],
    [['token', '--user', 'bob']],
  ])('refuses a user id that is no UUID: %j', async (argv) => {
    const { code, err } = await runTestCli(argv, { env: { CUEPOINT_DATA_DIR: home } });
    expect(code).toBe(1);
    expect(err).toContain('--user takes a UUID');
  });

  it.each([
    [['fly']],
    [['inspect']],
    [['migrate', 'down', '--steps', 'all']],
    [['token', '--user']],
  ])('refuses %j in a line or two', async (argv) => {
    const { code, err } = await runTestCli(argv);
    expect(code).toBe(1);
    expect(err).not.toContain('    at ');
  });

  it('[SEC2] signs with the development secret of the data directory when there is no other', async () => {
    const env = { CUEPOINT_DATA_DIR: home };
    const argv = ['token', '--user', '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f', '--device', 'tv'];
    const { code, out } = await runTestCli([...argv, '--scope', 'cuepoint:service'], { env });
    expect(code).toBe(0);
    const claims = JSON.parse(Buffer.from(out.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ device_id: 'tv', scope: 'cuepoint:service' });
    expect((await runTestCli([...argv, '--scope', 'cuepoint:all'], { env })).err).toContain(
      'cuepoint:service',
    );
    const jwks = { CUEPOINT_JWKS_URL: 'https://a.example/k' };
    expect((await runTestCli(argv, { env: { ...env, ...jwks } })).err).toContain(
      'identity provider',
    );
    expect((await runTestCli([...argv, '--ttl', '0'], { env })).code).toBe(1);
  });

  it.each([['inspect'], ['export'], ['token'], ['delete-user', '--yes']])(
    '%s makes no data directory and says that there is none',
    async (...argv) => {
      const dataDir = join(home, 'mistyped');
      const user = ['--user', '7b0e8a52-3f4c-4c8e-9d2a-5f6b7c8d9e0f'];
      const env = { CUEPOINT_DATA_DIR: dataDir };
      const { code, err } = await runTestCli([...argv, ...user], { env });
      expect(code).toBe(1);
      expect(err).toContain(`${dataDir} does not exist`);
      await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('an import of a directory names it', async () => {
    const { code, err } = await runTestCli(['import', home], { env: { CUEPOINT_DATA_DIR: home } });
    expect(code).toBe(1);
    expect(err).toContain(`${home} is a directory`);
  });
});
