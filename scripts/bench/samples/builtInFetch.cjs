// What one would write where there is no SDK: the built-in fetch; no signature, no check, no retry.
exports.bare = async ({ url, headers }) => (await fetch(url, { headers })).json()
