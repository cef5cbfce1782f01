// The routes of a visitor's own matters, as `Me` asks them. `api` makes the requests of the page it is on.

export function serverOf(api) {
  const path = (provider) => `/me/keys/${encodeURIComponent(provider)}`;
  const send = (method, where, body) =>
    api.fetch(api.at(where), {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
  return {
    get: () => api.get("/me"),
    forget: () => send("POST", "/me/forget"),
    put: (provider, key) => send("PUT", path(provider), { key }),
    drop: (provider) => send("DELETE", path(provider)),
    download: () => download(api),
  };
}

// By the browser itself where it may: the copy can be large.
async function download(api) {
  const address = api.at("/me/export");
  const link = Object.assign(document.createElement("a"), { download: "playground-data.json" });
  if (api.plain(address)) {
    link.href = address;
    link.click();
    return;
  }
  const made = URL.createObjectURL(await (await api.fetch(address)).blob());
  link.href = made;
  link.click();
  setTimeout(() => URL.revokeObjectURL(made), 60_000);
}
