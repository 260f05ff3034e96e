import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['out/', '.cache/', 'node_modules/', 'coverage/', '**/assembly/', '**/*.generated.ts'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.config.ts', '*.config.js', '*.cjs', 'bin/*.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
        parser: ts.parser,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `Promise.withResolvers<void>()` says that a promise carries nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Our objects are closures: none of their methods knows a `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `--noPropertyAccessFromIndexSignature` asks for brackets where dots are preferred here.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['tests/**', '**/*.test.ts', 'bench/**'],
    rules: {
      // Matchers such as `expect.any` are typed as any by vitest.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['main/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          // Electron is ready only after main has been evaluated, so waiting here would never end.
          selector: 'AwaitExpression:not(:function *)',
          message: 'No await at the top level of the main process (electron/electron#40719).',
        },
      ],
    },
  },
  {
    files: ['**/*.vue'],
    // The compiler knows which names there are; this rule knows no DOM.
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['renderer/src/main.ts'],
    // typescript-eslint cannot look into .vue files; vue-tsc checks what is imported from them.
    rules: { '@typescript-eslint/no-unsafe-argument': 'off' },
  },
  {
    // Apps for Electron, as they are.
    files: ['tests/conformance/**', 'tests/harness/drop-app/**'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'Buffer',
          'URL',
          'Response',
          'performance',
          'setTimeout',
          'clearTimeout',
          'window',
          'require',
          'MessageChannel',
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs', '*.config.ts'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
  prettier,
);
