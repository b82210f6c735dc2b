/** A picture as a data: address, put in by the bundler. */
declare module '*.svg' {
	const address: string;
	export default address;
}

/** The version of package.json, put in by the bundler. */
declare const PIECE_VERSION: string;
