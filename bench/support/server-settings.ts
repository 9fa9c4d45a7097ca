/**
 * What differs from PostgreSQL's defaults: neither a checkpoint nor autovacuum falls into one variant's
 * round and not into another's. Durability is as it is by default.
 */
export const SERVER_SETTINGS = {
  shared_buffers: '1GB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1d',
  autovacuum: 'off',
};
