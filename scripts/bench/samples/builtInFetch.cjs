// What one would write where there is no SDK: the built-in fetch; no signature, no check, no retry.
exports.main = async ({ url, headers }) => (await fetch(url, { headers })).json()
