/** Who may import whom: the architecture, checked. */
const only = (folder, ...allowed) => ({
  name: `${folder.replaceAll('/', '-')}-imports`,
  comment: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(shared|local|cloudfunctions|miniprogram|scripts|tests)/',
    pathNot: `^(${[folder, ...allowed].join('|')})/`,
  },
})

module.exports = {
  forbidden: [
    only('shared/meter'),
    only('shared/call'),
    only('shared/cloud', 'shared/call'),
    only('shared/store', 'shared/call', 'shared/cloud', 'shared/meter'),
    only('shared/token', 'shared/call', 'shared/cloud', 'shared/store', 'shared/upstream'),
    only('shared/upstream', 'shared/call', 'shared/cloud', 'shared/token'),
    only('shared/provider', 'shared/call', 'shared/meter', 'shared/upstream', 'shared/token'),
    only('shared/function', 'shared/call', 'shared/store'),
    only('shared/watch', 'shared/call', 'shared/cloud', 'shared/meter', 'shared/provider', 'shared/store'),
    only(
      'shared/board',
      'shared/call',
      'shared/cloud',
      'shared/meter',
      'shared/provider',
      'shared/store',
      'shared/watch',
    ),
    only('cloudfunctions', 'shared'),
    only('local'),
    only('scripts', 'local', 'tests/support'),
    {
      name: 'meter-is-pure',
      comment: 'the domain does no I/O: it imports no module of Node and no SDK',
      severity: 'error',
      from: { path: '^shared/meter/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm'] },
    },
    {
      name: 'no-test-in-product',
      severity: 'error',
      from: { path: '^(shared|cloudfunctions|local|scripts)/', pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(fixtures|dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
