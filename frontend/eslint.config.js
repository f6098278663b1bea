import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

// The import map: pages → charts, components, api, state → lib. Arrows point down only.
const layers = {
  lib: [],
  state: ['lib'],
  api: ['lib'],
  charts: ['lib'],
  components: ['lib'],
}
const folders = ['app', 'pages', 'charts', 'components', 'api', 'state', 'lib']

const forbid = (allowed, self) =>
  folders
    .filter((folder) => folder !== self && !allowed.includes(folder))
    .map((folder) => ({
      group: [`**/${folder}/**`, `**/${folder}`],
      message: `${self} may import ${['itself', ...allowed].join(', ')} only.`,
    }))

const client = {
  group: ['openapi-fetch', '**/schema.gen'],
  message: 'Only src/api speaks to the generated client.',
}

const layerRules = Object.entries(layers).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  ignores: ['**/*.test.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [...forbid(allowed, folder), ...(folder === 'api' ? [] : [client])] },
    ],
  },
}))

const pageRules = ['home', 'cohort', 'model', 'dictionary'].map((page) => ({
  files: [`src/pages/${page}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          { group: ['../../app/**'], message: 'Pages know nothing of the shell around them.' },
          {
            group: [
              '../home/**',
              '../cohort/**',
              '../model/**',
              '../dictionary/**',
              '../../pages/**',
            ],
            message:
              'Pages never import one another; move what they share to components or charts.',
          },
          client,
        ],
      },
    ],
  },
}))

export default tseslint.config(
  {
    ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts', 'test-results', 'playwright-report'],
  },
  ...tseslint.configs.recommended,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs['recommended-latest'],
  {
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='FormData']",
          message: 'FormData crashes WebKitGTK under Wails; send JSON or an ArrayBuffer.',
        },
        {
          selector: "Property[key.name='body'] > NewExpression[callee.name=/^(Blob|File)$/]",
          message: 'Blob bodies crash WebKitGTK under Wails; send an ArrayBuffer.',
        },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Markup enters the page through charts/Figure, which strips what can run.',
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  ...layerRules,
  ...pageRules,
  {
    files: ['src/app/**/*.{ts,tsx}'],
    rules: { 'no-restricted-imports': ['error', { patterns: [client] }] },
  },
)
