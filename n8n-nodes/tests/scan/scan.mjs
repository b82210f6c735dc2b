// n8n's own scanner on folders instead of a published name: the sources, then what is packed.
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';

const [sources, packed] = process.argv.slice(2);
const found = [
	await analyzePackage(sources, SOURCE_FILE_PATTERNS),
	await analyzePackage(packed, ['**/*.js', 'package.json']),
];
process.stdout.write(JSON.stringify(found));
