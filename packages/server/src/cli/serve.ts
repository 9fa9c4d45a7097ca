import { Command, Option } from 'commander';
import { pino } from 'pino';
import { readConfig } from '../config/config.ts';
import { flagOf, SETTING_NAMES, settingOf } from '../config/settings.ts';
import { openAudit } from '../http/audit-trail.ts';
import { createLogger } from '../http/logger.ts';
import { DEVELOPMENT_USER_ID } from '../auth/authority.ts';
import { createService, type StartedService } from '../service/create-service.ts';
import { API_PREFIX } from '../service/cuepoint-plugin.ts';
import { VERSION } from '../version.ts';
import { print, type CliContext } from './context.ts';

const STDERR = 2;

export function serveCommand(context: CliContext): Command {
  const command = new Command('serve')
    .description('start the service; without a database it uses an embedded one')
    .addHelpText('after', secretsHelp())
    .action(async (flags: Record<string, string>) => serve(context, flags));
  for (const name of SETTING_NAMES) {
    const flag = flagOf(name);
    if (flag === undefined) continue;
    const { env, description, default: byDefault, isSwitch } = settingOf(name);
    const fallback = byDefault === undefined ? '' : `, default ${byDefault}`;
    const text = `${description} [${env}${fallback}]`;
    command.addOption(
      isSwitch === true
        ? new Option(`${flag} [value]`, text).preset('true')
        : new Option(`${flag} <value>`, text),
    );
  }
  return command;
}

async function serve(context: CliContext, flags: Record<string, string>): Promise<void> {
  const config = readConfig({ env: context.env, flags, readFile: context.readFile });
  const service = createService({
    config,
    // The address block is for people and goes to stdout; the log is for machines.
    logger: createLogger(config.logLevel, pino.destination({ dest: STDERR, sync: true })),
    writeAudit: openAudit(config.audit, context),
    now: context.now,
    random: context.random,
    randomUuid: context.randomUuid,
    onUnavailable: (reason) => print(context, `Waiting for the database: ${reason}`),
    onNextLink: (code) => print(context, `  next  ${inspectorLink(consoleAddress, code)}`),
  });
  let consoleAddress = '';
  let isStopping = false;
  const stopped = new Promise<void>((resolve, reject) => {
    context.onStopSignal(() => {
      isStopping = true;
      print(context, 'Stopping: finishing what is in flight.');
      service.stop().then(resolve, reject);
    });
  });
  try {
    const started = await service.start();
    consoleAddress = started.operatorAddress ?? started.address;
    print(context, ...(await describeStart(started, lanAddresses(started, config.host, context))));
    print(context, ...describeSetUp(started, config.publicUrl));
  } catch (error) {
    if (!isStopping) throw error;
  }
  await stopped;
}

/** The service says loopback of itself where it listens on all addresses: those by which other machines reach it. */
function lanAddresses(
  { address }: StartedService,
  host: string,
  { networkAddresses }: CliContext,
): readonly string[] {
  const { port } = new URL(address);
  return ['0.0.0.0', '::'].includes(host)
    ? networkAddresses().map((lan) => `http://${lan}:${port}`)
    : [];
}

/** Printed until there is somebody. In the fragment, as the inspector's. [ACC1] */
function describeSetUp({ setUpCode, address }: StartedService, publicUrl = address): string[] {
  if (setUpCode === undefined) return [];
  const page = publicUrl.replace(/\/+$/, '');
  return [`  first  ${page}/set-up#code=${setUpCode} makes the first person, once`];
}

async function describeStart(
  {
    address,
    operatorAddress,
    traktAddress,
    storage,
    durabilityWarnings,
    development,
  }: StartedService,
  reachedAt: readonly string[],
): Promise<string[]> {
  const lines = [`Cuepoint ${VERSION} listens on ${address}`, `  data  ${storage}`];
  if (reachedAt.length > 0) lines.push(`  other machines  ${reachedAt.join(', ')}`);
  if (operatorAddress !== undefined) lines.push(`  operators  ${operatorAddress}`);
  if (traktAddress !== undefined) lines.push(`  trakt  ${traktAddress}`);
  for (const warning of durabilityWarnings) lines.push(`  note  ${warning}`);
  if (development === undefined) return lines;
  const token = await development.mintToken(DEVELOPMENT_USER_ID);
  return [
    ...lines,
    '  mode  development: whoever is on this machine gets tokens; CUEPOINT_JWT_SECRET or CUEPOINT_JWKS_URL instead',
    `  look  ${inspectorLink(operatorAddress ?? address, development.link.code)} opens the inspector, once`,
    `  try   open ${operatorAddress ?? address} in a browser: three devices of one person; then put something on their list:`,
    '',
    `curl -X PUT -H 'Authorization: Bearer ${token}' ${address}${API_PREFIX}/watchlist/my-first-film`,
    `curl -H 'Authorization: Bearer ${token}' ${address}${API_PREFIX}/watchlist`,
    '',
  ];
}

/** In the fragment, which no request, log or proxy ever sees. */
function inspectorLink(address: string, code: string): string {
  return `${address}/inspector#link=${code}`;
}

function secretsHelp(): string {
  const lines = SETTING_NAMES.filter((name) => flagOf(name) === undefined).map((name) => {
    const { env, description } = settingOf(name);
    return `  ${env.padEnd(30)}${description}`;
  });
  return [
    '',
    'Each option is also an environment variable, named in brackets. Secrets come by environment only, or',
    'from a file that <NAME>_FILE names:',
    ...lines,
  ].join('\n');
}
