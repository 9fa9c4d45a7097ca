// The sync server of automerge-repo, put together as `@automerge/automerge-repo-sync-server` does it, whose
// own release holds it to an older major version: one network adapter, its file storage, no document announced
// by itself, every time and limit as it is by default. Plain JavaScript: its packages are installed on demand.
import process from 'node:process';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT) });

const repo = new Repo({
  network: [new WebSocketServerAdapter(server)],
  storage: new NodeFSStorageAdapter(process.env.DATA_DIR),
  peerId: 'storage-server-bench',
  sharePolicy: async () => false,
});
server.on('listening', () => console.log('listening', repo.peerId ?? ''));
