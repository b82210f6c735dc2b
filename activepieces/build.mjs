// Puts the piece and all that it needs into one file, as Activepieces bundles its own: dist/ is the package to upload.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { name, version, description, license, homepage } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
const { warnings } = await build({
	entryPoints: ['src/index.ts'],
	outfile: 'dist/src/index.js',
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	loader: { '.svg': 'dataurl' },
	define: { PIECE_VERSION: JSON.stringify(version) },
	logLevel: 'warning',
});
if (warnings.length) process.exit(1);
const manifest = { name, version, description, license, homepage, main: './src/index.js', dependencies: {} };
writeFileSync('dist/package.json', `${JSON.stringify(manifest, null, 2)}\n`);
