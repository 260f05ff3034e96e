/**
 * Who may import whom: the table of docs/ARCHITECTURE.md. Tests may import anything.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const own = '^(contract|main|preload|renderer|utility|cli|bench|bin|tests)/';
const test = '\\.test\\.ts$';

/** A room and what of ours it may import. */
function room(name, from, allowed, notFrom = []) {
  return {
    name,
    severity: 'error',
    from: { path: from, pathNot: [test, ...notFrom] },
    to: { path: own, pathNot: allowed },
  };
}

/** Files that may import electron. */
const electronPlaces =
  '^(main/index\\.ts|main/app/|main/bridge/|main/workers/utility-host\\.ts|preload/|tests/(harness|conformance)/)';

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: own, pathNot: ['\\.d\\.ts$', test, '^(bin|tests|bench/peers)/'] },
      to: {},
    },
    room('contract-imports-nothing-of-ours', '^contract/', ['^contract/']),
    room('utility-imports-contract', '^utility/', ['^utility/', '^contract/']),
    room('preload-imports-contract', '^preload/', ['^preload/', '^contract/']),
    room('renderer-imports-contract', '^renderer/', ['^renderer/', '^contract/']),
    room('engine-imports-contract', '^main/engine/', ['^main/engine/', '^contract/']),
    room('main-imports-contract-and-siblings', '^main/', ['^main/', '^contract/', '^package\\.json$']),
    room('cli-imports-the-engine-and-its-world', '^cli/', [
      '^cli/',
      '^contract/',
      '^main/(engine|workers|files|net|store|past)/',
    ]),
    {
      name: 'siblings-do-not-import-the-shell',
      severity: 'error',
      from: { path: '^main/(engine|workers|files|net|store|past)/', pathNot: test },
      to: { path: '^main/(app|bridge|index\\.ts)' },
    },
    {
      name: 'the-shell-does-not-import-the-bridge',
      severity: 'error',
      from: { path: '^main/app/', pathNot: test },
      to: { path: '^main/(bridge|index\\.ts)' },
    },
    {
      name: 'files-net-and-workers-know-only-the-engine',
      severity: 'error',
      from: { path: '^main/(files|net|workers|store)/', pathNot: test },
      to: { path: '^main/(files|net|workers|store|past)/', pathNot: '^main/$1/' },
    },
    {
      name: 'cli-has-no-electron-host',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: '^main/workers/utility-host\\.ts$' },
    },
    {
      name: 'electron-only-in-the-shell',
      severity: 'error',
      // The harness stands in for Electron, and its suite runs inside of it.
      from: { path: own, pathNot: [electronPlaces, test, '^tests/(harness|conformance)/'] },
      to: { path: '(^|/)node_modules/electron(-log)?/' },
    },
    {
      name: 'engine-has-no-file-system',
      severity: 'error',
      from: { path: '^main/engine/', pathNot: test },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'contract-renderer-and-preload-have-no-node',
      comment: 'The contract runs everywhere; the page and its preload are sandboxed.',
      severity: 'error',
      from: { path: '^(contract|renderer|preload)/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'workers-are-pure',
      comment: 'A worker opens no file and no socket.',
      severity: 'error',
      from: { path: '^utility/', pathNot: test },
      to: {
        path: '^(node:)?(fs|fs/promises|net|http|https|http2|dgram|dns|dns/promises|tls|child_process)$',
      },
    },
    {
      name: 'only-jpeg-xl-has-a-thread',
      comment:
        'Parallel work comes from processes; this thread is there to give memory back (utility/jxl/client.ts).',
      severity: 'error',
      from: { path: '^utility/', pathNot: [test, '^utility/jxl/'] },
      to: { path: '^(node:)?worker_threads$' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vitest/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(contract|main|preload|renderer|utility|cli)/', pathNot: test },
      to: { path: '^(tests|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|\\.cache)/|/assembly/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.vue', '.js', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
