import { randomUUID } from 'node:crypto';
import { connect, type Msg } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/free-port.ts';
import {
  createNatsServer,
  hasNatsServer,
  type NatsServer,
} from '../../../../test/support/nats-server.ts';
import { delay } from '../service/delay.ts';
import { createFeedSeal } from './feed-seal.ts';
import { createNatsFeed, type NatsFeedOptions } from './nats-feed.ts';
import { describeBrokerContract } from '../testing/feed/broker-contract.ts';
import { listen, settled } from '../testing/feed/ear.ts';
import {
  anOp,
  describeFeedContract,
  positionsOf,
  someChanges,
} from '../testing/feed/feed-contract.ts';
import { observe } from '../testing/feed/observed-feed.ts';

type Observed = ReturnType<typeof observe>;

/** Feeds of instances that share a namespace of their own. */
function fixtureOn(url: string, secret: string = randomUUID()) {
  const seal = createFeedSeal(secret, { now: Date.now });
  const feeds: Observed[] = [];

  function create(natsUrl: string, options: Partial<NatsFeedOptions> = {}): Observed {
    const observed = observe((observer) =>
      createNatsFeed(
        { delay, random: () => 0.5, now: Date.now, observer, seal },
        { ...options, urls: [natsUrl] },
      ),
    );
    feeds.push(observed);
    return observed;
  }

  return {
    url,
    seal,
    create,
    async open() {
      const { feed } = create(url);
      await feed.start();
      return feed;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(feeds.map(({ feed }) => feed.stop()));
    },
  };
}

describe.skipIf(!hasNatsServer())('the NATS feed', () => {
  let server: NatsServer;
  let monitorPort: number;
  beforeAll(async () => {
    monitorPort = await freePort();
    server = await createNatsServer({ args: ['-m', String(monitorPort)] });
    await server.start();
  });
  afterAll(() => server.destroy());

  async function aServer(...options: Parameters<typeof createNatsServer>) {
    const own = await createNatsServer(...options);
    await own.start();
    return Object.assign(own, { [Symbol.asyncDispose]: () => own.destroy() });
  }

  describeFeedContract(async () => fixtureOn(server.url));
  describeBrokerContract(async () => fixtureOn(server.url));

  it('[LIV3] has one subject a user, subscribed only while the user is held', async () => {
    await using fixture = fixtureOn(server.url);
    const namespace = fixture.seal.name;
    const [here, there] = [await fixture.open(), await fixture.open()];
    const [user, other] = [randomUUID(), randomUUID()];
    const gapSubjects = [`cuepoint.${namespace}.gap`, `cuepoint.${namespace}.gap`];
    expect(await subjectsOf(namespace)).toEqual(gapSubjects);
    const ears = [await listen(here, user), await listen(there, user), await listen(there, other)];
    expect(await subjectsOf(namespace)).toEqual(
      [
        ...gapSubjects,
        ...[user, user, other].map((id) => `cuepoint.${namespace}.user.${id}`),
      ].toSorted(),
    );
    for (const ear of ears) ear.stop();
    // Each question is a round trip of its own; the test's time bounds them.
    while ((await subjectsOf(namespace)).length > gapSubjects.length);
    expect(await subjectsOf(namespace)).toEqual(gapSubjects);
  });

  async function subjectsOf(namespace: string): Promise<string[]> {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/connz?subs=1`);
    const { connections } = (await answer.json()) as {
      connections: { subscriptions_list?: string[] }[];
    };
    return connections
      .flatMap(({ subscriptions_list: subjects = [] }) => subjects)
      .filter((subject) => subject.includes(namespace))
      .toSorted();
  }

  it('[LIV2] outlives a server that is killed and started again: users held before and since are heard', async () => {
    await using own = await aServer();
    await using fixture = fixtureOn(own.url);
    const [here, there] = [fixture.create(own.url), fixture.create(own.url)];
    await Promise.all([here.feed.start(), there.feed.start()]);
    const [before, since, never] = [randomUUID(), randomUUID(), randomUUID()];
    const ears = [await listen(there.feed, before), await listen(there.feed, never)] as const;
    await own.kill();
    await Promise.all([here.changed(2), there.changed(2)]);
    const sinceEar = await listen(there.feed, since);
    ears[1].stop();
    here.feed.publish(before, someChanges(1));
    await own.start();
    await Promise.all([here.gaps(1), there.gaps(1)]);
    for (const user of [before, since, never]) here.feed.publish(user, someChanges(2));
    await settled(here.feed, there.feed);
    expect(positionsOf(ears[0].events)).toContain(2);
    expect(positionsOf(sinceEar.events)).toContain(2);
    expect(ears[1].events).toEqual([]);
  });

  it('[SEC5] tells a stranger on the broker no title, and believes nothing of theirs', async () => {
    await using fixture = fixtureOn(server.url);
    const [here, there] = [await fixture.open(), await fixture.open()];
    const [user, other] = [randomUUID(), randomUUID()];
    const [ear, otherEar] = [await listen(there, user), await listen(there, other)];
    const stranger = await connect({ servers: server.url.replace('nats://', '') });
    const overheard: Msg[] = [];
    stranger.subscribe('>', { callback: (_error, message) => void overheard.push(message) });
    await stranger.flush();
    here.publish(user, someChanges(1));
    await ear.heard(1);
    await stranger.flush();
    const sealed = overheard.find(({ subject }) => subject.endsWith(user));
    expect(Buffer.from(sealed?.data ?? []).toString('latin1')).not.toContain('metropolis');

    const forged = ['{"kind":"presence","devices":[null]}', '{"kind":"erased"}', '', 'null'];
    for (const text of forged) stranger.publish(sealed?.subject ?? '', text);
    // What was said to one user is not said to another.
    stranger.publish(sealed?.subject.replace(user, other) ?? '', sealed?.data);
    await stranger.flush();
    await ear.heard(1 + forged.length);
    await otherEar.heard(1);
    expect(ear.events.slice(1)).toEqual(forged.map(() => ({ kind: 'pull' })));
    expect(otherEar.events).toEqual([{ kind: 'pull' }]);
    await stranger.close();
  });

  it('[LIV3] sends nothing that is larger than the server takes', async () => {
    await using own = await aServer({ config: 'max_payload: 2048' });
    await using fixture = fixtureOn(own.url);
    const [here, there] = [await fixture.open(), await fixture.open()];
    const user = randomUUID();
    const ear = await listen(there, user);
    const ops = Array.from({ length: 20 }, (_, position) => anOp(position));
    here.publish(user, { kind: 'changes', ops });
    // Each fits, both together do not.
    here.publish(user, { kind: 'changes', ops: ops.slice(0, 8) });
    here.publish(user, { kind: 'changes', ops: ops.slice(8, 16) });
    await settled(here, there);
    expect(ear.events).toEqual([
      { kind: 'pull' },
      { kind: 'changes', ops: ops.slice(0, 8) },
      { kind: 'changes', ops: ops.slice(8, 16) },
    ]);
  });

  it('signs in with what its URL says, and tells why it cannot, without the secret', async () => {
    await using own = await aServer({ args: ['--user', 'cue', '--pass', 'p@ss word'] });
    await using fixture = fixtureOn(own.url);
    const refused = fixture.create(own.url.replace('nats://', 'nats://cue:hush@'));
    await refused.feed.start();
    expect(refused.feed.state).toBe('lost');
    expect(refused.reasons.join(' ').toLowerCase()).toContain('authorization');
    expect(refused.reasons.join(' ')).not.toContain('hush');
    const { feed } = fixture.create(own.url.replace('nats://', 'nats://cue:p%40ss%20word@'));
    await feed.start();
    expect(feed.state).toBe('connected');
  });

  it('is lost, not deaf, where it may not subscribe', async () => {
    await using own = await aServer({
      config: `authorization { users = [ { user: "cue", password: "pw", permissions: { subscribe: "cuepoint.*.gap" } } ] }`,
    });
    await using fixture = fixtureOn(own.url);
    const limited = fixture.create(own.url.replace('nats://', 'nats://cue:pw@'));
    await limited.feed.start();
    expect(limited.feed.state).toBe('connected');
    await limited.feed.subscribe(randomUUID(), () => undefined);
    await limited.changed(2);
    expect(limited.reasons[0]).toContain('Permissions Violation');
  });
});
