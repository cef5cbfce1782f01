// The page /chatkit/client: the element, with the thread in the address.

import "./chat.js";

const chat = document.querySelector("playground-chat");
const address = () => new URLSearchParams(location.search).get("thread");

for (const name of ["theme", "locale", "agent", "model"]) {
  const value = new URLSearchParams(location.search).get(name);
  if (value) chat.setAttribute(name, value);
}
if (address()) chat.thread = address();

chat.addEventListener("thread.change", ({ detail: { threadId } }) => {
  if (threadId === address()) return;
  const url = new URL(location.href);
  if (threadId) url.searchParams.set("thread", threadId);
  else url.searchParams.delete("thread");
  history.pushState(null, "", url);
});
addEventListener("popstate", () => (chat.thread = address()));
