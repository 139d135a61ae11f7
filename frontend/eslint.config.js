/** What the linter checks, with a reason for each departure from the presets. */

import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const onlyInApi = {
  patterns: [
    {
      group: ['**/gen/**', '@bufbuild/*', '@connectrpc/*'],
      message: 'Protobuf stops at src/api, which gives view types.',
    },
    {
      group: ['**/api/*', '!**/api/index', '!**/api/testing'],
      message: 'Import from src/api itself: the rest is its own business.',
    },
  ],
}

export default tseslint.config(
  { ignores: ['dist', 'src/gen', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // An event handler may start work whose outcome is shown elsewhere.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/api/**'],
    rules: { 'no-restricted-imports': ['error', onlyInApi] },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  {
    // Scripts of fakes answer at once, and tests know what they put in.
    files: ['src/**/*.test.{ts,tsx}', 'src/**/testing/**'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
)
