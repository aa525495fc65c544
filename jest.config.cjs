/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/shared', '<rootDir>/cloudfunctions', '<rootDir>/local', '<rootDir>/scripts', '<rootDir>/tests'],
  globalSetup: '<rootDir>/tests/support/buildOnce.ts',
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // These packages are ES modules only; jest runs CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!p-map/)', '/dist/'],
}
