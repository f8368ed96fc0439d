/** The arrows of docs/architecture.md. test/architecture proves that each of these catches what it forbids. */
const only = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^(schema|edge|dataplane|agent|bench|test|scripts|examples)/', pathNot: to },
});
/** Tests beside their source may use what tests use. */
const source = (path) => ({ path, pathNot: '\\.test\\.tsx?$' });

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('schema-alone', '^schema/', '^schema/', 'schema imports nothing of ours'),
    only('edge-schema', '^edge/(?!console/)', '^(edge/(?!console/)|schema/)', 'edge sees schema only'),
    only(
      'console-client',
      '^edge/console/',
      '^(edge/console/|schema/|dataplane/client/)',
      'the console sees schema and the access client',
    ),
    only('dataplane-schema', '^dataplane/', '^(dataplane|schema)/', 'dataplane sees schema only'),
    only('agent-dataplane', '^agent/', '^(agent|dataplane|schema)/', 'agent sees dataplane and schema'),
    only('examples-dataplane', '^examples/', '^(examples|dataplane)/', 'examples use the data plane only'),
    {
      name: 'adapters-apart',
      severity: 'error',
      from: source('^dataplane/adapters/([^/]+)/'),
      to: {
        path: '^dataplane/',
        pathNot: '^dataplane/(adapters/($1/|adapter\\.ts)|channel/|render/|transport/transport\\.ts)',
      },
    },
    {
      name: 'render-alone',
      severity: 'error',
      from: source('^dataplane/render/'),
      to: { path: '^dataplane/', pathNot: '^dataplane/render/' },
    },
    {
      name: 'routing-alone',
      severity: 'error',
      from: source('^dataplane/routing/'),
      to: { path: '^dataplane/', pathNot: '^dataplane/routing/' },
    },
    {
      name: 'link-below',
      severity: 'error',
      from: source('^dataplane/link/'),
      to: { path: '^dataplane/', pathNot: '^dataplane/(link|transport)/' },
    },
    {
      name: 'channel-below',
      severity: 'error',
      from: source('^dataplane/channel/'),
      to: { path: '^dataplane/', pathNot: '^dataplane/(channel|transport)/' },
    },
    {
      name: 'client-below',
      severity: 'error',
      from: source('^dataplane/client/'),
      to: {
        path: '^dataplane/',
        pathNot: '^dataplane/((client|channel|transport|webtransport)/|render/decode\\.ts)',
      },
    },
    {
      name: 'sessions-below',
      severity: 'error',
      from: source('^dataplane/sessions/'),
      to: { path: '^dataplane/', pathNot: '^dataplane/(sessions|adapters|channel|transport)/' },
    },
    {
      name: 'resources-apart',
      severity: 'error',
      from: { path: '^edge/resources/([^/]+)/' },
      to: { path: '^edge/resources/', pathNot: '^edge/resources/$1/' },
    },
    {
      name: 'edge-web-standard',
      severity: 'error',
      from: {
        path: '^edge/',
        pathNot:
          '^edge/((node|node-outbound|node-objects|node-jobs)\\.ts|backup/|setup/|redis-gateway/|console/build)|\\.test\\.ts$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-web-standard',
      severity: 'error',
      from: {
        path: '^dataplane/(client/(?!node)|transport/(?!conformance)|channel/(?!node-aead|tcp-stream)|render/decode|webtransport/(ponyfill|reliable-session))',
        pathNot: '\\.(test\\.ts|mjs)$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'one-webtransport',
      severity: 'error',
      from: { pathNot: '^dataplane/webtransport/(webtransport|ponyfill)\\.ts$' },
      to: { path: 'node_modules/@fails-components/webtransport/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
